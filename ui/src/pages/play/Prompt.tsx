// The prompt of a variant: edited here, run as a draft beside what is saved, saved into the project's file.
import { useState } from "react";
import type { PlayVariant, PromptShown } from "../../api/contract.ts";
import { useOperation, useWrite } from "../../api/use.ts";
import { useFilters } from "../../app/place.ts";
import { useKeys } from "../../keys/use.ts";
import { Button } from "../../parts/Button.tsx";
import { isDialogOpen } from "../../parts/Dialog.tsx";
import { Choice } from "../../parts/Field.tsx";
import { Section } from "../../parts/Page.tsx";
import { ProblemShown } from "../../parts/Problem.tsx";
import { Reading } from "../../parts/Reading.tsx";
import { compareLines, countChanges } from "../../parts/lines.ts";
import { count, plural } from "../../says/number.ts";
import type { Draft } from "./draft.ts";
import css from "./Prompt.module.css";
import { PromptText } from "./PromptText.tsx";
import { SaveAs } from "./SaveAs.tsx";
import { Versions } from "./Versions.tsx";

interface Props {
  feature: string;
  variant: PlayVariant;
  variants: readonly PlayVariant[];
  models: readonly string[];
  fields: readonly string[];
  draft: Draft | null;
  mayEdit: boolean;
  onDraft: (draft: Draft | null) => void;
  onRun: () => void;
  /** What a run of the draft would have to have asked; null where the draft asks another model. */
  onSaved: (text: string | null) => void;
}

export function Prompt({ variants, ...rest }: Props) {
  const { feature, variant } = rest;
  const query = useOperation("play.prompt", { feature, variant: variant.name }, { keep: false });
  const [, setFilters] = useFilters();
  return (
    <Section
      title={`Prompt of ${variant.name}`}
      aside={<Button kind="quiet" onClick={() => setFilters({ prompt: undefined, diff: undefined })}>Close the prompt</Button>}
    >
      {variants.length > 1 && (
        <div className={css.which}>
          <Choice label="Prompt of" value={variant.name} options={variants.map(({ name }) => [name, name] as const)} onChange={(event) => setFilters({ prompt: event.target.value, diff: undefined })} />
        </div>
      )}
      <Reading query={query}>{(shown) => <Edited {...rest} shown={shown} />}</Reading>
    </Section>
  );
}

function Edited({ shown, feature, variant, models, fields, draft, mayEdit, onDraft, onRun, onSaved }: Omit<Props, "variants"> & { shown: PromptShown }) {
  const [filters, setFilters] = useFilters();
  const [isNaming, setNaming] = useState(false);
  const save = useWrite("play.save_prompt", ["play.prompt", "play.start", "gate.show", "today.show"]);
  const text = draft?.text ?? shown.text;
  const model = draft?.model ?? "";
  const hasChanges = text !== shown.text;
  const change = (next: Partial<Draft>) => {
    save.reset();
    const made = { text, model, ...next };
    onDraft(made.text === shown.text && !made.model ? null : made);
  };
  const keep = () => {
    if (!hasChanges || save.isPending) return;
    save.mutate({ feature, variant: variant.name, text }, {
      onSuccess: () => {
        onDraft(model ? { text, model } : null);
        onSaved(model ? null : text);
      },
    });
  };
  useKeys({
    "play.diff": () => setFilters({ diff: filters.diff ? undefined : "saved" }),
    "play.save": mayEdit ? () => (isDialogOpen() ? false : keep()) : undefined,
  });
  const { n_in, n_out } = countChanges(compareLines(shown.text, text));
  const state = [
    hasChanges ? `not saved: ${plural(n_in, "line")} added, ${count(n_out)} removed` : `as saved in ${shown.file}`,
    model ? `the draft asks ${model} instead of ${shown.model}` : shown.model,
  ];
  return (
    <div className={css.prompt}>
      <PromptText text={text} fields={fields} mayEdit={mayEdit} onText={(next) => change({ text: next })} />
      <div className={css.foot}>
        <Button onClick={onRun} disabled={!draft}>Run the draft beside the saved one</Button>
        {mayEdit && <Button onClick={keep} disabled={!hasChanges} isBusy={save.isPending}>Save into {shown.file}</Button>}
        {mayEdit && <Button onClick={() => setNaming(true)}>Save as a new variant</Button>}
        {draft && <Button kind="quiet" onClick={() => onDraft(null)}>Drop the draft</Button>}
        {models.length > 0 && (
          <Choice label="Model of the draft" isLabelHidden value={model} options={[["", `${shown.model} (as saved)`], ...models.filter((each) => each !== shown.model).map((each) => [each, each] as const)]} onChange={(event) => change({ model: event.target.value })} />
        )}
      </div>
      <p className="soft tiny" role="status">{state.join(" · ")}</p>
      {shown.shared_with.length > 0 && <p className="soft tiny">{shown.file} is also the prompt of {shown.shared_with.join(", ")}; saving changes them too.</p>}
      {model && !hasChanges && <p className="soft tiny">Another model is kept only as a new variant.</p>}
      {save.error && <ProblemShown thrown={save.error} />}
      <Versions shown={shown} text={text} mayEdit={mayEdit} onRestore={(next) => change({ text: next })} />
      {isNaming && <SaveAs feature={feature} variant={variant.name} text={text} model={model} onClose={() => setNaming(false)} />}
    </div>
  );
}
