// Who saw single answers to held-out cases; a gate that many have looked into proves less.
import type { GateShown } from "../../api/contract.ts";
import { Go } from "../../parts/Go.tsx";
import { Section } from "../../parts/Page.tsx";
import { Table } from "../../parts/Table.tsx";
import { count } from "../../says/number.ts";
import { moment } from "../../says/time.ts";

export function Looks({ gate: { looks } }: { gate: GateShown }) {
  return (
    <Section title="Who looked at held-out cases">
      {looks.length === 0
        ? <p className="soft">Nobody has seen a single held-out case here.</p>
        : (
          <Table
            caption="Looks at held-out cases" rows={looks} idOf={({ by, at_ms, what }) => `${by} ${at_ms} ${what}`}
            columns={[
              { head: "who", cell: ({ by }) => by },
              { head: "when", cell: ({ at_ms }) => moment(at_ms) },
              { head: "what", isWide: true, cell: ({ what, run_id }) => (run_id ? <Go to={`/evals/${run_id}`}>{what}</Go> : what) },
              { head: "how many", isNumber: true, cell: ({ n_answers }) => count(n_answers) },
            ]}
          />
        )}
    </Section>
  );
}
