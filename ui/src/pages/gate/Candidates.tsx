// Everything that was judged on these cases; each new one makes the next harder to prove.
import type { GateShown, Report } from "../../api/contract.ts";
import { Section } from "../../parts/Page.tsx";
import { Table } from "../../parts/Table.tsx";
import { Tag } from "../../parts/Tag.tsx";
import { VerdictMark } from "../../parts/VerdictMark.tsx";
import { moment } from "../../says/time.ts";

export function Candidates({ gate, report }: { gate: GateShown; report: Report }) {
  const alphaOf = (name: string) => report.variants.find((variant) => variant.name === name)?.verdict?.alpha_pass;
  return (
    <Section title="Candidates judged on these cases">
      <Table
        caption="Candidates judged on these cases" rows={gate.candidates} idOf={({ number, hash }) => `${number} ${hash}`}
        columns={[
          { head: "candidate", cell: ({ number, variant, is_current }) => <><b>{number}</b> {variant} {!is_current && <Tag>changed since</Tag>}</> },
          { head: "verdict", cell: ({ verdict }) => <VerdictMark verdict={verdict} /> },
          { head: "judged", cell: ({ at_ms }) => (at_ms === null ? "–" : moment(at_ms)) },
          { head: "content", cell: ({ hash }) => <code>{hash.slice(0, 10)}</code> },
          { head: "error it may have", isNumber: true, cell: ({ variant, is_current }) => (is_current ? alphaOf(variant)?.toFixed(4) ?? "–" : "–") },
        ]}
      />
    </Section>
  );
}
