// Which two are compared, and by what.
import type { RunSummary, ShownRun } from "../../api/contract.ts";
import { useFilters } from "../../app/place.ts";
import { Button } from "../../parts/Button.tsx";
import { Choice, Fields } from "../../parts/Field.tsx";
import { moment } from "../../says/time.ts";
import css from "./CompareSides.module.css";

interface Props {
  shown: ShownRun;
  /** Null where two variants of one run are compared. */
  runs: readonly RunSummary[] | null;
  variant: string | undefined;
  /** The variants that both runs have. */
  shared: readonly string[];
  first: string;
  second: string;
  onSwap: () => void;
}

export function CompareSides({ shown, runs, variant, shared, first, second, onSwap }: Props) {
  const [, setFilters] = useFilters();
  const { summary, report } = shown;
  const options = runs === null
    ? summary.variants.map((name) => [name, name === report?.baseline ? `${name}, the baseline` : name] as const)
    : runs.map((each) => [each.id, `${each.scope === "held-out" ? "gate" : "eval"} of ${moment(each.started_at_ms)}`] as const);
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
        {runs !== null && shared.length > 1 && <VariantOfBoth variants={shared} variant={variant} />}
        {metrics.length > 1 && (
          <Metric primary={report?.primary_metric ?? metrics[0] ?? ""} metrics={metrics} />
        )}
      </Fields>
    </div>
  );
}

/** Two runs are compared by one variant of both. */
function VariantOfBoth({ variants, variant }: { variants: readonly string[]; variant: string | undefined }) {
  const [, setFilters] = useFilters();
  return (
    <Choice
      label="Variant" value={variant} onChange={(event) => setFilters({ variant: event.target.value })}
      options={variants.map((name) => [name, name] as const)}
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
