// Which answers are shown; every choice is in the address.
import { useEffect, useState } from "react";
import type { ShownRun } from "../../api/contract.ts";
import { useFilters } from "../../app/place.ts";
import { Check, Choice, Fields, Input } from "../../parts/Field.tsx";
import { groupFilter } from "../../report/metric.ts";
import { group } from "../../says/criterion.ts";
import css from "./Answers.module.css";

export const SORTS = ["worst", "case", "slowest", "dearest"] as const;

export function AnswerFilters({ shown }: { shown: ShownRun }) {
  const [filters, setFilters] = useFilters();
  const groups = shown.report?.capability.map((row) => row.group) ?? [];
  const chosen = filters.tag ? `tag=${filters.tag}` : filters.field ? `${filters.field}=${filters.value ?? ""}` : "";
  const set = (name: string) => (event: { target: { value: string } }) => setFilters({ [name]: event.target.value || undefined });
  return (
    <div className={css.filters}>
      <Fields>
        <Choice label="Variant" value={filters.variant ?? ""} onChange={set("variant")} options={[["", "all variants"], ...shown.summary.variants.map((name) => [name, name] as const)]} />
        {groups.length > 0 && (
          <Choice
            label="Group" value={chosen}
            onChange={(event) => setFilters({ tag: undefined, field: undefined, value: undefined, ...(event.target.value ? groupFilter(event.target.value) : {}) })}
            options={[["", "every group"], ...groups.map((each) => [each, group(each)] as const)]}
          />
        )}
        <Choice
          label="Order" value={filters.sort ?? "worst"} onChange={(event) => setFilters({ sort: event.target.value === "worst" ? undefined : event.target.value })}
          options={[["worst", "worst first"], ["case", "by case"], ["slowest", "slowest first"], ["dearest", "dearest first"]]}
        />
        <TextFilter />
        <Check label="only those that failed" checked={filters.failed === "yes"} onChange={(event) => setFilters({ failed: event.target.checked ? "yes" : undefined })} />
      </Fields>
    </div>
  );
}

/** Waits for a pause in typing before it asks. */
function TextFilter() {
  const [filters, setFilters] = useFilters();
  const [typed, setTyped] = useState(filters.text ?? "");
  useEffect(() => setTyped(filters.text ?? ""), [filters.text]);
  useEffect(() => {
    if (typed === (filters.text ?? "")) return;
    const wait = setTimeout(() => setFilters({ text: typed || undefined }), 250);
    return () => clearTimeout(wait);
  }, [typed, filters.text, setFilters]);
  return <Input label="Text in it" type="search" value={typed} onChange={(event) => setTyped(event.target.value)} />;
}
