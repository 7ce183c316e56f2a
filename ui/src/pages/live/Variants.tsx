// Who answered: each variant's part of the requests, with its standing.
import type { LiveFeature } from "../../api/contract.ts";
import { Section } from "../../parts/Page.tsx";
import { Table } from "../../parts/Table.tsx";
import { Simulated, Tag } from "../../parts/Tag.tsx";
import { count, milliseconds } from "../../says/number.ts";
import { costWords, shareWords } from "./words.ts";

export function Variants({ feature }: { feature: LiveFeature }) {
  if (feature.variants.length === 0) return null;
  return (
    <Section title="Who answered">
      <Table
        caption="Variants by their part of the requests" rows={feature.variants} idOf={({ variant }) => variant ?? ""}
        columns={[
          { head: "variant", cell: ({ variant, unproven, simulated }) => <>{variant ?? "nobody"} {unproven && <Tag title="No proof held when it answered last">unproven</Tag>} {simulated && <Simulated />}</> },
          { head: "requests", isNumber: true, cell: ({ share }) => `${count(share.numerator)} of ${count(share.denominator)}` },
          { head: "failed or broke off", isNumber: true, cell: ({ failing }) => shareWords(failing) },
          { head: "95 of 100 within", isNumber: true, cell: ({ latency }) => (latency.p95_ms === null ? "–" : milliseconds(latency.p95_ms)) },
          { head: "cost", cell: (variant) => costWords(variant) },
          { head: "model", cell: ({ served }) => (served.length > 0 ? served.join(", ") : "–") },
        ]}
      />
    </Section>
  );
}
