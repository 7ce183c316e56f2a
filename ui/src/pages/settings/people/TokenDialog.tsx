// Makes a token: it is shown once.
import { useState } from "react";
import type { TokenRole } from "../../../api/contract.ts";
import { useWrite } from "../../../api/use.ts";
import { Button } from "../../../parts/Button.tsx";
import { Command } from "../../../parts/Command.tsx";
import { Dialog } from "../../../parts/Dialog.tsx";
import { Choice, Fields, Input } from "../../../parts/Field.tsx";
import { ProblemShown } from "../../../parts/Problem.tsx";
import css from "./People.module.css";
import { asks, limitsOf, may, TOKEN_ROLES } from "./roles.ts";

export function TokenDialog({ onClose }: { onClose: () => void }) {
  const [name, setName] = useState("");
  const [role, setRole] = useState<TokenRole>("infer");
  const [money, setMoney] = useState("");
  const [requests, setRequests] = useState("");
  const [tokens, setTokens] = useState("");
  const create = useWrite("tokens.create", ["tokens.list"]);
  const close = () => {
    create.reset();
    onClose();
  };
  return (
    <Dialog title="Make a token" onClose={close}>
      {create.data
        ? (
          <div className={css.form} role="status">
            <p>Copy the token now. It is shown only this once; Karat keeps its hash alone.</p>
            <Command text={create.data.token} says="The token" />
            <Button autoFocus onClick={close}>Done</Button>
          </div>
        )
        : (
          <form className={css.form} onSubmit={(event) => { event.preventDefault(); if (name.trim()) create.mutate({ name: name.trim(), role, ...(asks(role) && { limits: limitsOf(money, requests, tokens) }) }); }}>
            <Input label="What it is for" data-first="" value={name} placeholder="build server" onChange={(event) => setName(event.target.value)} />
            <Choice label="Role" value={role} options={TOKEN_ROLES.map((each) => [each.role, each.role] as const)} onChange={(event) => setRole(event.target.value as TokenRole)} hint={may(role)} />
            {asks(role) && (
              <Fields>
                <Input label="US dollars in 24 hours" type="number" min="0" step="any" value={money} placeholder="no limit" onChange={(event) => setMoney(event.target.value)} />
                <Input label="Requests a minute" type="number" min="1" step="1" value={requests} placeholder="no limit" onChange={(event) => setRequests(event.target.value)} />
                <Input label="Tokens a minute" type="number" min="1" step="1" value={tokens} placeholder="no limit" onChange={(event) => setTokens(event.target.value)} />
              </Fields>
            )}
            {create.error && <ProblemShown thrown={create.error} />}
            <Button kind="loud" type="submit" isBusy={create.isPending} disabled={!name.trim()}>Make it</Button>
          </form>
        )}
    </Dialog>
  );
}
