// All bets, those first that wait for a decision.
import { useState } from "react";
import type { BetShown } from "../../api/contract.ts";
import { useMay, useMe } from "../../api/session.ts";
import { useOperation } from "../../api/use.ts";
import { address } from "../../app/search.ts";
import { Bar } from "../../parts/Bar.tsx";
import { Button } from "../../parts/Button.tsx";
import { Empty } from "../../parts/Empty.tsx";
import { PageHead, Section } from "../../parts/Page.tsx";
import { Reading } from "../../parts/Reading.tsx";
import { Table } from "../../parts/Table.tsx";
import { plural, usd } from "../../says/number.ts";
import { writtenDay } from "../../says/time.ts";
import css from "./Bets.module.css";
import { Decide } from "./Decide.tsx";
import { daysLeft, groupsOf, share } from "./list.ts";

/** `isAlone` where nobody may make a new one, so that the list is the page. */
export function Bets({ isAlone }: { isAlone: boolean }) {
  // A folder without a project has no bets, and nothing is wrong with that.
  const hasProject = useMe()?.project !== null;
  const query = useOperation("bets.list", {}, { when: hasProject });
  const [deciding, setDeciding] = useState<string | null>(null);
  const mayDecide = useMay("editor");
  return (
    <>
      {isAlone && <PageHead title="Bets" />}
      {!hasProject && isAlone && <Empty says="There is no project in this folder yet. Somebody who may edit begins it with rows of a spreadsheet." />}
      {hasProject && <Reading query={query}>
        {({ bets }) => (
          <>
            {bets.length === 0 && isAlone && <Empty says="There is no bet yet. Somebody who may edit makes one from forty rows of a spreadsheet." />}
            {groupsOf(bets).map(({ state, word, bets: some }) => (
              <Section key={state} title={`Bets, ${word}`}>
                <Table
                  caption={`Bets that are ${state}, with deadline and spend`} rows={some} idOf={({ name }) => name}
                  to={({ name, feature }) => address("/bet", { bet: name, feature: feature ?? undefined })}
                  columns={[
                    { head: "bet", isWide: true, cell: (bet) => <Hypothesis bet={bet} /> },
                    { head: "deadline", cell: (bet) => <Deadline bet={bet} /> },
                    { head: "spent", isNumber: true, cell: (bet) => <Spent bet={bet} /> },
                    { head: "amendments", isNumber: true, cell: (bet) => bet.amendments.length },
                    {
                      head: "decide", isHeadHidden: true,
                      cell: (bet) => mayDecide && <Button onClick={() => setDeciding(bet.name)} aria-label={`${bet.decision ? "Decide again" : "Decide"}: ${bet.name}`}>{bet.decision ? "Decide again" : "Decide"}</Button>,
                    },
                  ]}
                />
              </Section>
            ))}
          </>
        )}
      </Reading>}
      {deciding && <Decide name={deciding} onClose={() => setDeciding(null)} />}
    </>
  );
}

function Hypothesis({ bet }: { bet: BetShown }) {
  const said = bet.decision && bet.decision.state !== "running" ? `${bet.decision.state}: ${bet.decision.reason}` : bet.headline;
  return <span className={css.bet}><span>{bet.hypothesis}</span><small>{bet.name}{said && ` · ${said}`}</small></span>;
}

export function Deadline({ bet }: { bet: BetShown }) {
  if (!bet.deadline) return <span className="soft">no deadline</span>;
  const passed = bet.state === "running" || bet.state === "due" ? share(bet.locked_at, bet.deadline, Date.now()) : null;
  return (
    <span className={css.deadline}>
      <span>{writtenDay(bet.deadline)}{bet.days_left !== null && <small className="soft"> · {daysLeft(bet.days_left)}</small>}</span>
      {passed !== null && <Bar done={passed} total={1} label={`${Math.round(passed * 100)} of 100 parts of the time have passed`} />}
    </span>
  );
}

export function Spent({ bet }: { bet: BetShown }) {
  return <span>{usd(bet.spent_usd)}{bet.spend_cap_usd !== null && <span className="soft"> of {usd(bet.spend_cap_usd)}</span>}{bet.n_unknown_cost > 0 && <small className={css.unknown}>{plural(bet.n_unknown_cost, "answer")} without a price</small>}</span>;
}

export function amendmentsOf(bet: BetShown): string {
  return bet.amendments.length === 0 ? "never amended" : plural(bet.amendments.length, "amendment");
}
