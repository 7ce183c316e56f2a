// Saves a prompt as a variant of its own, so that the gate can judge both.
import { useState } from "react";
import { useWrite } from "../../api/use.ts";
import { Button } from "../../parts/Button.tsx";
import { Dialog } from "../../parts/Dialog.tsx";
import { Input } from "../../parts/Field.tsx";
import { ProblemShown } from "../../parts/Problem.tsx";
import css from "./Candidate.module.css";

export function SaveAs({ feature, variant, text, model, onClose }: { feature: string; variant: string; text: string; model: string; onClose: () => void }) {
  const [name, setName] = useState("");
  const save = useWrite("play.save_prompt", ["play.start", "play.prompt", "today.show"]);
  const isName = /^[a-z0-9][a-z0-9_-]*$/i.test(name.trim());
  return (
    <Dialog title="Save as a new variant" onClose={onClose}>
      <form
        className={css.candidate}
        onSubmit={(event) => {
          event.preventDefault();
          if (isName) save.mutate({ feature, variant, text, as_variant: name.trim(), ...(model ? { model } : {}) }, { onSuccess: onClose });
        }}
      >
        <p>It has the settings of {variant}, {model ? <>the model {model}</> : "its model"} and this prompt. {variant} stays as it is saved.</p>
        <Input
          label="Name" value={name} data-first="" required placeholder={`${variant}-2`} maxLength={60} hint="Letters, digits, - and _."
          wrong={name.trim() !== "" && !isName ? "Letters, digits, - and _ only." : null} onChange={(event) => setName(event.target.value)}
        />
        {save.error && <ProblemShown thrown={save.error} />}
        <div><Button type="submit" isBusy={save.isPending} disabled={!isName}>Save</Button></div>
      </form>
    </Dialog>
  );
}
