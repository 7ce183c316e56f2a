// What the features did in production lately.
import type { WatchedFeature } from "../../api/contract.ts";
import { address } from "../../app/search.ts";
import { Section } from "../../parts/Page.tsx";
import { Table } from "../../parts/Table.tsx";
import { Simulated } from "../../parts/Tag.tsx";
import { count, milliseconds, rate, usd } from "../../says/number.ts";

export function Watch({ watched }: { watched: readonly WatchedFeature[] }) {
  return (
    <Section title="Watch, the last 24 hours">
      <Table
        caption="Features in production" rows={watched} idOf={({ name }) => name} to={({ name }) => address("/live", { feature: name })}
        columns={[
          { head: "feature", cell: ({ name, n_simulated }) => <>{name} {n_simulated > 0 && <Simulated />}</> },
          { head: "requests", isNumber: true, cell: ({ n }) => count(n) },
          { head: "failed or broke off", isNumber: true, cell: ({ failing }) => failingWords(failing) },
          { head: "cost", isNumber: true, cell: (row) => costWords(row) },
          { head: "95 of 100 within", isNumber: true, cell: ({ p95_ms }) => (p95_ms === null ? "–" : milliseconds(p95_ms)) },
          { head: "worst signal, 7 days", cell: ({ worst_signal }) => (worst_signal ? signalWords(worst_signal) : "none stands out") },
        ]}
      />
    </Section>
  );
}

function failingWords({ numerator, denominator, value, lower, upper }: WatchedFeature["failing"]): string {
  if (value === null || lower === null || upper === null) return "–";
  return `${count(numerator)} of ${count(denominator)} [${rate(lower)}, ${rate(upper)}]`;
}

function costWords({ n, n_simulated, cost_usd, n_cost_unknown }: WatchedFeature): string {
  if (n > 0 && n_simulated === n) return "no money";
  if (n > 0 && n_cost_unknown === n) return "unknown";
  return n_cost_unknown > 0 ? `${usd(cost_usd)}, unknown for ${count(n_cost_unknown)}` : usd(cost_usd);
}

function signalWords({ says, over, share }: NonNullable<WatchedFeature["worst_signal"]>): string {
  const { numerator, denominator, lower, upper } = share;
  const between = lower === null || upper === null ? "" : ` [${rate(lower)}, ${rate(upper)}]`;
  return `${says}: ${count(numerator)} of ${count(denominator)} ${over}${between}`;
}
