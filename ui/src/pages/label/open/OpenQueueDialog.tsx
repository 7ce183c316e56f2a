// Opens a queue: what is labelled, by how many people, and the one question.
import { useState } from "react";
import { useOperation, useWrite } from "../../../api/use.ts";
import { useFeature } from "../../../app/feature.ts";
import { useGo } from "../../../app/place.ts";
import { Behind } from "../../../parts/Behind.tsx";
import { Button } from "../../../parts/Button.tsx";
import { Dialog } from "../../../parts/Dialog.tsx";
import { Choice, Fields as Beside, Input, TextArea } from "../../../parts/Field.tsx";
import { ProblemShown } from "../../../parts/Problem.tsx";
import { modeSays, queuePath } from "../options.ts";
import css from "./OpenQueueDialog.module.css";
import { Source } from "./Source.tsx";
import { type Fields, FIRST, wishOf } from "./wish.ts";

const KINDS = [["", "as the cases say"], ["choice", "choice of options"], ["yes-no", "yes or no"], ["scale", "scale"], ["text", "text"]] as const;
const MODES = [["blind", "blind"], ["blind-then-reveal", "blind, then reveal"], ["assisted", "assisted"]] as const;

export function OpenQueueDialog({ onClose }: { onClose: () => void }) {
  const feature = useFeature() ?? "";
  const names = useOperation("today.show", {}).data?.features.map(({ name }) => name) ?? [];
  const [own, setOwn] = useState<Partial<Fields>>({});
  const [missing, setMissing] = useState<string | null>(null);
  const open = useWrite("labels.open", ["labels.queues", "today.show"]);
  const go = useGo();
  const fields = { ...FIRST, feature, ...own };
  const set = (changed: Partial<Fields>) => {
    setMissing(null);
    setOwn({ ...own, ...changed });
  };
  const take = (name: keyof Fields) => ({ value: fields[name], onChange: (event: { target: { value: string } }) => set({ [name]: event.target.value }) });
  const submit = () => {
    const made = wishOf(fields);
    if ("missing" in made) return setMissing(made.missing);
    open.mutate(made.wish, { onSuccess: ({ name }) => { onClose(); go(queuePath(name)); } });
  };
  return (
    <Dialog title="Open a queue" onClose={onClose}>
      <form className={css.form} onSubmit={(event) => { event.preventDefault(); submit(); }}>
        <Source fields={fields} features={names} onChange={set} />
        <Beside>
          <Input label="How many items" inputMode="numeric" placeholder="all" {...take("sample")} />
          <Input label="People for each" inputMode="numeric" {...take("overlap")} />
        </Beside>
        <p className="soft tiny">Two people for each item show how far they agree.</p>
        <Beside>
          <Choice label="Kind of question" options={KINDS} {...take("kind")} />
          <Choice label="Mode" options={MODES} {...take("mode")} />
        </Beside>
        <p className="soft tiny">{modeSays(fields.mode, fields.source === "answers")}</p>
        <Input label="Question" placeholder="as the feature says, for example: Which queue is right?" {...take("question")} />
        {(fields.kind === "choice" || fields.kind === "scale") && <TextArea label="Options, one on each line" rows={4} placeholder="the answers that the cases know" {...take("options")} />}
        <Behind says="Name and guideline">
          <div className={css.form}>
            <Input label="Name of the queue" placeholder={fields.feature} {...take("name")} hint="letters, digits, hyphens, dots" />
            <TextArea label="Guideline, Markdown" rows={5} placeholder={"R1: a refund that is late is billing, not shipping"} {...take("guideline")} hint="Lines that begin with an id such as R1: can be cited by labels." />
          </div>
        </Behind>
        {missing && <p role="alert" className={css.missing}>{missing}</p>}
        {open.error && <ProblemShown thrown={open.error} />}
        <div className={css.end}><Button kind="loud" type="submit" isBusy={open.isPending}>Open the queue</Button></div>
      </form>
    </Dialog>
  );
}
