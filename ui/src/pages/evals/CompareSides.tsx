// Which two are compared, and by what.
import type { ShownRun } from "../../api/contract.ts";
import { useOperation } from "../../api/use.ts";
import { useFilters } from "../../app/place.ts";
import { Button } from "../../parts/Button.tsx";
import { Choice, Fields } from "../../parts/Field.tsx";
import { moment } from "../../says/time.ts";
import css from "./CompareSides.module.css";

interface Props {
  shown: ShownRun;
  /** Empty where two runs are compared. */
  run: string;
  first: string;
  second: string;
  onSwap: () => void;
}

export function CompareSides({ shown, run, first, second, onSwap }: Props) {
  const [, setFilters] = useFilters();
  const { summary, report } = shown;
  const runs = useOperation("runs.list", { feature: summary.feature, limit: 50 }, { when: !run });
  const options = run
    ? summary.variants.map((name) => [name, name === report?.baseline ? `${name}, the baseline` : name] as const)
    : (runs.data?.runs ?? []).map((each) => [each.id, `${each.scope === "held-out" ? "gate" : "eval"} of ${moment(each.started_at_ms)}`] as const);
  const withOwn = (own: string) => (options.some(([value]) => value === own) || !own ? options : [[own, own] as const, ...options]);
  const metrics = report?.variants[0]?.metrics.map(({ name }) => name) ?? [];
  const set = (name: string) => (event: { target: { value: string } }) => setFilters({ [name]: event.target.value || undefined });
  const blank = ["", "choose one"] as const;
  return (
    <div className={css.sides}>
      <Fields>
        <Choice label="From" value={first} onChange={set("first")} options={first ? withOwn(first) : [blank, ...options]} />
        <Button onClick={onSwap} disabled={!first || !second} aria-label="Swap the two sides">⇄</Button>
        <Choice label="To" value={second} onChange={set("second")} options={second ? withOwn(second) : [blank, ...options]} />
        {!run && summary.variants.length > 1 && <VariantOfBoth variants={summary.variants} />}
        {metrics.length > 1 && (
          <Metric primary={report?.primary_metric ?? metrics[0] ?? ""} metrics={metrics} />
        )}
      </Fields>
    </div>
  );
}

/** Two runs are compared by one variant of both. */
function VariantOfBoth({ variants }: { variants: readonly string[] }) {
  const [filters, setFilters] = useFilters();
  return (
    <Choice
      label="Variant" value={filters.variant ?? ""} onChange={(event) => setFilters({ variant: event.target.value || undefined })}
      options={[["", "choose one"], ...variants.map((name) => [name, name] as const)]}
    />
  );
}

function Metric({ primary, metrics }: { primary: string; metrics: readonly string[] }) {
  const [filters, setFilters] = useFilters();
  return (
    <Choice
      label="By" value={filters.metric ?? primary}
      onChange={(event) => setFilters({ metric: event.target.value === primary ? undefined : event.target.value })}
      options={metrics.map((name) => [name, name] as const)}
    />
  );
}
