// Removing somebody is asked once more, and says what stays.
import type { PersonShown } from "../../../api/contract.ts";
import { useWrite } from "../../../api/use.ts";
import { Button } from "../../../parts/Button.tsx";
import { Dialog } from "../../../parts/Dialog.tsx";
import { ProblemShown } from "../../../parts/Problem.tsx";
import css from "./People.module.css";

export function RemoveDialog({ person, onClose }: { person: PersonShown; onClose: () => void }) {
  const remove = useWrite("people.remove", ["people.list", "tokens.list"]);
  return (
    <Dialog title={`Remove ${person.name}`} onClose={onClose}>
      <div className={css.form}>
        <p>{person.name} is signed out everywhere at once. What {person.name} labelled, signed and changed stays, with the name.</p>
        {remove.error && <ProblemShown thrown={remove.error} />}
        <div className={css.doing}>
          <Button kind="danger" isBusy={remove.isPending} onClick={() => remove.mutate({ person: person.id }, { onSuccess: onClose })}>Remove</Button>
          <Button data-first="" onClick={onClose}>Keep</Button>
        </div>
      </div>
    </Dialog>
  );
}
