// The door: redeems a sign-in link or an invite, and tells everybody else how to get one.
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { ApiProblem } from "../../api/problem.ts";
import { join, sessionQuery } from "../../api/session.ts";
import { useGo } from "../../app/place.ts";
import { Button } from "../../parts/Button.tsx";
import { Command } from "../../parts/Command.tsx";
import { Input } from "../../parts/Field.tsx";
import { ProblemShown } from "../../parts/Problem.tsx";
import css from "./Join.module.css";

/** The token stands behind the #, so that it reaches no log. */
function tokenOf(hash: string): string {
  return decodeURIComponent(hash.replace(/^#/, ""));
}

export default function Join() {
  const [token] = useState(() => tokenOf(location.hash));
  const [name, setName] = useState("");
  const [thrown, setThrown] = useState<unknown>(null);
  const [wantsName, setWantsName] = useState(() => new URLSearchParams(location.search).has("invite"));
  const [isBusy, setBusy] = useState(false);
  const tried = useRef(false);
  const client = useQueryClient();
  const go = useGo();

  const enter = async (as?: string) => {
    setBusy(true);
    setThrown(null);
    try {
      client.setQueryData(sessionQuery.queryKey, await join(token, as));
      go("/today", { replace: true });
    } catch (problem) {
      // An invite is refused without a name; a used link is refused whatever it says.
      if (!as && problem instanceof ApiProblem && [400, 422].includes(problem.status)) setWantsName(true);
      else setThrown(problem);
      setBusy(false);
    }
  };
  useEffect(() => {
    document.title = "Join · Karat";
    if (!token || wantsName || tried.current) return;
    tried.current = true;
    void enter();
  });

  return (
    <main className={css.join}>
      <h1><i aria-hidden="true">◆</i> Karat</h1>
      {!token && (
        <>
          <p>Nobody is signed in here. The link that Karat printed when it started opens the door, once.</p>
          <p className="soft">A colleague who is in can also invite you: Settings, People.</p>
          <Command text="karat serve" says="Prints a new link" />
        </>
      )}
      {token && wantsName && (
        <form onSubmit={(event) => { event.preventDefault(); if (name.trim()) void enter(name.trim()); }}>
          <p>You are invited. Your name stands beside what you label, sign and change.</p>
          <Input label="Your name" value={name} autoFocus required maxLength={60} autoComplete="name" onChange={(event) => setName(event.target.value)} />
          <Button kind="loud" type="submit" isBusy={isBusy} disabled={!name.trim()}>Join</Button>
        </form>
      )}
      {token && !wantsName && !thrown && <p role="status">Opening the door.</p>}
      {thrown !== null && (
        <>
          <ProblemShown thrown={thrown} />
          <p className="soft">A link works once. A new one is printed by:</p>
          <Command text="karat serve" says="Prints a new link" />
        </>
      )}
    </main>
  );
}
