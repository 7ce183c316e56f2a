// What of a dataset is shown; every choice is in the address.
import { useEffect, useRef, useState } from "react";
import type { DatasetShown } from "../../../api/contract.ts";
import type { Filters } from "../../../app/place.ts";
import { useKeys } from "../../../keys/use.ts";
import { Choice, Fields, Input } from "../../../parts/Field.tsx";
import { count } from "../../../says/number.ts";
import { fieldWord } from "../says.ts";
import css from "./Cases.module.css";
import { withChosen } from "./choices.ts";

interface Props {
  dataset: DatasetShown | undefined;
  filters: Filters;
  onChange: (changed: Filters) => void;
}

/** So long nobody types before the server is asked. */
const PAUSE_MS = 250;

export function CaseFilters({ dataset, filters, onChange }: Props) {
  const { split, tag, field, value } = filters;
  const [text, setText] = useState(filters.text ?? "");
  const room = useRef<HTMLDivElement>(null);
  useKeys({ "data.find": () => room.current?.querySelector<HTMLInputElement>("input[type=search]")?.focus() });
  useEffect(() => setText(filters.text ?? ""), [filters.text]);
  useEffect(() => {
    if (text === (filters.text ?? "")) return;
    const timer = setTimeout(() => onChange({ text: text || undefined }), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text, filters.text, onChange]);
  const segments = dataset?.segments ?? [];
  const values = segments.find((segment) => segment.field === field)?.values ?? [];
  const counted = (each: { value: string; n: number }) => [each.value, `${each.value} · ${count(each.n)}`] as const;
  return (
    <div ref={room} className={css.filters}>
      <Fields>
        <Input label={<>Text <kbd aria-hidden="true">/</kbd></>} type="search" value={text} onChange={(event) => setText(event.target.value)} />
        <Choice label="Split" value={split ?? ""} onChange={(event) => onChange({ split: event.target.value || undefined })} options={[["", "all"], ["tune", dataset ? `tuning · ${count(dataset.n_tune)}` : "tuning"], ["gate", dataset ? `held out · ${count(dataset.n_gate)}` : "held out"]]} />
        {(dataset?.tags.length || tag) ? <Choice label="Tag" value={tag ?? ""} onChange={(event) => onChange({ tag: event.target.value || undefined })} options={withChosen([["", "any"], ...(dataset?.tags ?? []).map(counted)], tag)} /> : null}
        {(segments.length || field) ? <Choice label="Segment" value={field ?? ""} onChange={(event) => onChange({ field: event.target.value || undefined, value: undefined })} options={withChosen([["", "any"], ...segments.map((segment) => [segment.field, fieldWord(segment.field)] as const)], field)} /> : null}
        {field && <Choice label={fieldWord(field)} value={value ?? ""} onChange={(event) => onChange({ value: event.target.value || undefined })} options={withChosen([["", "any"], ...values.map(counted)], value)} />}
      </Fields>
    </div>
  );
}
