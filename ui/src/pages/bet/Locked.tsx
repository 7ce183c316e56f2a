// What was written down before any outcome, and every change since.
import type { BetShown, CreatedBet } from "../../api/contract.ts";
import { Card, Section } from "../../parts/Page.tsx";
import { day, moment, writtenDay } from "../../says/time.ts";
import { amendmentsOf, Deadline, Spent } from "./Bets.tsx";
import css from "./Locked.module.css";

export function Locked({ bet, created }: { bet: BetShown; created: CreatedBet | null }) {
  return (
    <Section title="Written down before any outcome" aside={bet.locked_at ? `locked ${lockedAt(bet.locked_at)}` : "not locked"}>
      <Card>
        <dl className={css.locked}>
          <div><dt>success</dt><dd>{bet.success}</dd></div>
          <div><dt>deadline</dt><dd><Deadline bet={bet} /></dd></div>
          <div><dt>spent</dt><dd><Spent bet={bet} /></dd></div>
          {bet.why_us && <div><dt>why us</dt><dd>{bet.why_us}</dd></div>}
          <div>
            <dt>since then</dt>
            <dd>
              {bet.amendments.length === 0 ? amendmentsOf(bet) : (
                <ul>{bet.amendments.map(({ day: on, what }) => <li key={`${on} ${what}`}>{writtenDay(on)}: {what}</li>)}</ul>
              )}
            </dd>
          </div>
          {bet.decision && (
            <div><dt>decided</dt><dd><b>{bet.decision.state}</b>: {bet.decision.reason} <small className="soft">{bet.decision.by}, {day(bet.decision.at_ms)}</small></dd></div>
          )}
        </dl>
      </Card>
      {created && (
        <p className={css.created}>
          Written: {created.files.map(({ path }, index) => <span key={path}>{index > 0 && ", "}<code>{path}</code></span>)}. {created.rules && `Rules: ${created.rules.says}`}
        </p>
      )}
    </Section>
  );
}

function lockedAt(text: string): string {
  const at = Date.parse(text);
  if (/^\d{4}-\d\d-\d\d$/.test(text) || Number.isNaN(at)) return writtenDay(text);
  return moment(at);
}
