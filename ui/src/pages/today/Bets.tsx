// Bets with the time and the money that are left.
import type { TodayBet } from "../../api/contract.ts";
import { address } from "../../app/search.ts";
import { Section } from "../../parts/Page.tsx";
import { Table } from "../../parts/Table.tsx";
import { plural, usd } from "../../says/number.ts";
import { writtenDay } from "../../says/time.ts";
import css from "./Bets.module.css";

export function Bets({ bets }: { bets: readonly TodayBet[] }) {
  return (
    <Section title="Bets">
      <Table
        caption="Bets" rows={bets} idOf={({ name }) => name} to={({ name, feature }) => address("/bet", { bet: name, feature: feature ?? undefined })}
        columns={[
          { head: "bet", cell: ({ name }) => name },
          { head: "hypothesis", isWide: true, cell: ({ hypothesis }) => <span className={css.hypothesis} title={hypothesis}>{hypothesis}</span> },
          { head: "state", cell: ({ state }) => <span data-state={state} className={css.state}>{WORDS[state]}</span> },
          { head: "time", cell: (bet) => time(bet) },
          { head: "spent", isNumber: true, cell: (bet) => spent(bet) },
        ]}
      />
    </Section>
  );
}

const WORDS: Record<TodayBet["state"], string> = { running: "running", due: "to be decided", won: "won", killed: "killed" };

function time({ days_left, deadline }: TodayBet): string {
  if (deadline === null) return "no deadline";
  if (days_left === null) return writtenDay(deadline);
  if (days_left < 0) return `ended ${plural(-days_left, "day")} ago`;
  return days_left === 0 ? "ends today" : `${plural(days_left, "day")} left`;
}

function spent({ spent_usd, spend_cap_usd }: TodayBet) {
  const isOver = spend_cap_usd !== null && spent_usd > spend_cap_usd;
  return (
    <span data-over={isOver} className={css.spent}>
      {usd(spent_usd)}{spend_cap_usd !== null && ` of ${usd(spend_cap_usd)}`}{isOver && ", over its limit"}
    </span>
  );
}
