// What is labelled: cases of the dataset, new inputs that are pasted, or the answers of a run.
import { useOperation } from "../../../api/use.ts";
import { Choice, Fields as Beside, TextArea } from "../../../parts/Field.tsx";
import { count } from "../../../says/number.ts";
import { moment } from "../../../says/time.ts";
import css from "./OpenQueueDialog.module.css";
import type { Fields } from "./wish.ts";

const SOURCES = [["cases", "cases of the dataset"], ["rows", "new inputs, pasted"], ["answers", "answers of a run"]] as const;
const SPLITS = [["", "all"], ["tune", "tuning"], ["gate", "held out"]] as const;

interface Props {
  fields: Fields;
  features: readonly string[];
  onChange: (changed: Partial<Fields>) => void;
}

export function Source({ fields, features, onChange }: Props) {
  const { source, feature } = fields;
  const runs = useOperation("runs.list", { feature, limit: 30 }, { when: source === "answers" && feature !== "" }).data?.runs ?? [];
  const run = runs.find(({ id }) => id === fields.run);
  return (
    <>
      <fieldset className={css.sources}>
        <legend>What is labelled</legend>
        {SOURCES.map(([value, word], index) => (
          <label key={value}><input type="radio" name="source" data-first={index === 0 ? "" : undefined} checked={source === value} onChange={() => onChange({ source: value })} /> {word}</label>
        ))}
      </fieldset>
      <Beside>
        <Choice label="Feature" value={feature} options={features.length > 0 ? features.map((name) => [name, name] as const) : [["", "no feature yet"]]} onChange={(event) => onChange({ feature: event.target.value, run: "" })} />
        {source === "cases" && <Choice label="Which cases" value={fields.split} options={SPLITS} onChange={(event) => onChange({ split: event.target.value })} />}
        {source === "answers" && (
          <Choice
            label="Run" value={fields.run} onChange={(event) => onChange({ run: event.target.value, variant: "" })}
            options={[["", runs.length > 0 ? "choose" : "no run yet"], ...runs.map(({ id, started_at_ms, n_cases, scope }) => [id, `${moment(started_at_ms)} · ${scope} · ${count(n_cases)} cases`] as const)]}
          />
        )}
        {source === "answers" && run && (
          <Choice label="Variant" value={fields.variant} options={[["", "all"], ...run.variants.map((name) => [name, name] as const)]} onChange={(event) => onChange({ variant: event.target.value })} />
        )}
      </Beside>
      {source === "rows" && (
        <TextArea label="Rows, CSV with a head or JSON lines" rows={6} spellCheck={false} placeholder={"text\nMy parcel has not arrived for 12 days"} value={fields.rows} onChange={(event) => onChange({ rows: event.target.value })} />
      )}
      {source === "cases" && fields.split === "gate" && <p className="soft tiny">Labelling held-out cases shows their inputs to the people who label; those looks are recorded.</p>}
    </>
  );
}
