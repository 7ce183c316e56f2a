// Who saw single answers to held-out cases; a gate that many have looked into proves less.
import type { GateShown } from "../../api/contract.ts";
import { Behind } from "../../parts/Behind.tsx";
import { Go } from "../../parts/Go.tsx";
import { Section } from "../../parts/Page.tsx";
import { Table } from "../../parts/Table.tsx";
import { count, plural } from "../../says/number.ts";
import { moment } from "../../says/time.ts";

type Look = GateShown["looks"][number];

/** The newest stand in the open, the rest one step behind. */
const MOST = 5;

export function Looks({ gate: { looks } }: { gate: GateShown }) {
  const rest = looks.slice(MOST);
  return (
    <Section title="Who looked at held-out cases">
      {looks.length === 0 && <p className="soft">Nobody has seen a single held-out case here.</p>}
      {looks.length > 0 && <LookTable caption="Looks at held-out cases" looks={looks.slice(0, MOST)} />}
      {rest.length > 0 && <Behind says={plural(rest.length, "earlier look")}><LookTable caption="Earlier looks" looks={rest} /></Behind>}
    </Section>
  );
}

function LookTable({ caption, looks }: { caption: string; looks: readonly Look[] }) {
  return (
    <Table
      caption={caption} rows={looks} idOf={({ by, at_ms, what }) => `${by} ${at_ms} ${what}`}
      columns={[
        { head: "who", cell: ({ by }) => by },
        { head: "when", cell: ({ at_ms }) => moment(at_ms) },
        { head: "what", isWide: true, cell: ({ what, run_id }) => (run_id ? <Go to={`/evals/${run_id}`}>{what}</Go> : what) },
        { head: "how many", isNumber: true, cell: ({ n_answers }) => count(n_answers) },
      ]}
    />
  );
}
