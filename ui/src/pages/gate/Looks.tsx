// Who saw single answers to held-out cases; a gate that many have looked into proves less.
import type { GateShown } from "../../api/contract.ts";
import { Go } from "../../parts/Go.tsx";
import { Section } from "../../parts/Page.tsx";
import { Table } from "../../parts/Table.tsx";
import { count } from "../../says/number.ts";
import { moment } from "../../says/time.ts";

export function Looks({ gate: { looks } }: { gate: GateShown }) {
  return (
    <Section title="Who looked at held-out answers">
      {looks.length === 0
        ? <p className="soft">Nobody has seen a single answer to a held-out case here.</p>
        : (
          <Table
            caption="Looks at held-out answers" rows={looks} idOf={({ by, at_ms, run_id }) => `${by} ${at_ms} ${run_id}`}
            columns={[
              { head: "who", cell: ({ by }) => by },
              { head: "when", cell: ({ at_ms }) => moment(at_ms) },
              { head: "answers", isNumber: true, cell: ({ n_answers }) => count(n_answers) },
              { head: "run", cell: ({ run_id }) => (run_id ? <Go to={`/evals/${run_id}`}>{run_id.slice(0, 8)}</Go> : "–") },
            ]}
          />
        )}
    </Section>
  );
}
