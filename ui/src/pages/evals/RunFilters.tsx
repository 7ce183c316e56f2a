// Which runs are shown; every choice is in the address.
import { useFeature, useFeatures } from "../../app/feature.ts";
import { useFilters } from "../../app/place.ts";
import { Choice, Fields } from "../../parts/Field.tsx";

export function RunFilters() {
  const [filters, setFilters] = useFilters();
  const { names } = useFeatures();
  const feature = useFeature();
  const set = (name: string) => (event: { target: { value: string } }) => setFilters({ [name]: event.target.value || undefined });
  return (
    <Fields>
      {names.length > 1 && (
        <Choice
          label="Feature" isLabelHidden value={filters.of === "all" ? "" : feature}
          onChange={(event) => setFilters(event.target.value ? { of: undefined, feature: event.target.value } : { of: "all", feature: undefined })}
          options={[["", "all features"], ...names.map((name) => [name, name] as const)]}
        />
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
