// Which runs are shown; every choice is in the address.
import { useFeatures } from "../../app/feature.ts";
import { useFilters } from "../../app/place.ts";
import { Choice, Fields } from "../../parts/Field.tsx";

export function RunFilters() {
  const [filters, setFilters] = useFilters();
  const { names } = useFeatures();
  const set = (name: string) => (event: { target: { value: string } }) => setFilters({ [name]: event.target.value || undefined });
  return (
    <Fields>
      {(names.length > 1 || filters.feature) && (
        <Choice label="Feature" isLabelHidden value={filters.feature ?? ""} onChange={set("feature")} options={[["", "all features"], ...names.map((name) => [name, name] as const)]} />
      )}
      <Choice
        label="Cases" isLabelHidden value={filters.scope ?? ""} onChange={set("scope")}
        options={[["", "all cases"], ["tune", "tuning cases"], ["held-out", "held-out cases (gates)"]]}
      />
      <Choice
        label="Verdict" isLabelHidden value={filters.verdict ?? ""} onChange={set("verdict")}
        options={[["", "any verdict"], ["pass", "pass"], ["fail", "fail"], ["undecided", "undecided"]]}
      />
    </Fields>
  );
}
