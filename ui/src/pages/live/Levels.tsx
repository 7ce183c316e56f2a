// Levels that were learnt from the variants' own past: below these an incident opens.
import type { LevelShown } from "../../api/contract.ts";
import { Section } from "../../parts/Page.tsx";
import { Table } from "../../parts/Table.tsx";
import { count, rate } from "../../says/number.ts";
import { moment } from "../../says/time.ts";

export function Levels({ levels }: { levels: readonly LevelShown[] }) {
  if (levels.length === 0) return null;
  return (
    <Section title="Held against its own past">
      <p className="soft tiny">No criterion and no gate gives these a level, so it was learnt from the first answers; closing an incident about one learns it again.</p>
      <Table
        caption="Learnt levels" rows={levels} idOf={({ variant, metric }) => `${variant} ${metric}`}
        columns={[
          { head: "variant", cell: ({ variant }) => variant },
          { head: "what", isWide: true, cell: ({ says }) => says },
          { head: "at first", isNumber: true, cell: ({ mean, lower, n }) => `${rate(mean)}, surely ${rate(lower)} · n ${count(n)}` },
          { head: "an incident opens below", isNumber: true, cell: ({ level }) => rate(level) },
          { head: "learnt", cell: ({ learnt_at_ms }) => moment(learnt_at_ms) },
        ]}
      />
    </Section>
  );
}
