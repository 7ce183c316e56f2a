// Invites somebody: the link is shown once.
import { useState } from "react";
import type { Role } from "../../../api/contract.ts";
import { useWrite } from "../../../api/use.ts";
import { Button } from "../../../parts/Button.tsx";
import { Command } from "../../../parts/Command.tsx";
import { Dialog } from "../../../parts/Dialog.tsx";
import { Choice, Input } from "../../../parts/Field.tsx";
import { ProblemShown } from "../../../parts/Problem.tsx";
import { moment } from "../../../says/time.ts";
import css from "./People.module.css";
import { may, ROLES } from "./roles.ts";

export function InviteDialog({ onClose }: { onClose: () => void }) {
  const [role, setRole] = useState<Role>("labeller");
  const [note, setNote] = useState("");
  const invite = useWrite("people.invite", ["people.list"]);
  return (
    <Dialog title="Invite somebody" onClose={onClose}>
      {invite.data
        ? (
          <div className={css.form} role="status">
            <p>Send this link to one person. It works once, until {moment(invite.data.expires_at_ms)}, and is shown only now.</p>
            <Command text={invite.data.url} says="The invite link" />
            <Button autoFocus onClick={onClose}>Done</Button>
          </div>
        )
        : (
          <form className={css.form} onSubmit={(event) => { event.preventDefault(); invite.mutate({ role, ...(note.trim() && { note: note.trim() }) }); }}>
            <Choice label="Role" data-first="" value={role} options={ROLES.map((each) => [each.role, each.role] as const)} onChange={(event) => setRole(event.target.value as Role)} hint={may(role)} />
            <Input label="For whom, so that you know later" value={note} onChange={(event) => setNote(event.target.value)} />
            {invite.error && <ProblemShown thrown={invite.error} />}
            <Button kind="loud" type="submit" isBusy={invite.isPending}>Make a link</Button>
          </form>
        )}
    </Dialog>
  );
}
