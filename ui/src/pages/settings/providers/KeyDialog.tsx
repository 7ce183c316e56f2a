// Takes a provider's key. It is sent once, forgotten here at once, and never shown again.
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { call, writeKey } from "../../../api/call.ts";
import { Button } from "../../../parts/Button.tsx";
import { Dialog } from "../../../parts/Dialog.tsx";
import { Input } from "../../../parts/Field.tsx";
import { ProblemShown } from "../../../parts/Problem.tsx";
import css from "./Providers.module.css";

export function KeyDialog({ provider, name, hasKey, onClose }: { provider: string; name: string; hasKey: boolean; onClose: () => void }) {
  const [key, setKey] = useState("");
  const [says, setSays] = useState<string | null>(null);
  const [thrown, setThrown] = useState<unknown>(null);
  const [isBusy, setBusy] = useState(false);
  const client = useQueryClient();
  // No cache of writes: it would keep the key.
  const save = async () => {
    const pasted = key.trim();
    setKey("");
    setThrown(null);
    setBusy(true);
    try {
      setSays((await call("keys.set", { name, key: pasted }, { once: writeKey() })).says);
      await client.invalidateQueries({ queryKey: ["providers.list"] });
    } catch (problem) {
      setThrown(problem);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Dialog title={`The key of ${provider}`} onClose={onClose}>
      {says !== null
        ? <div className={css.form}><p role="status">{says}</p><Button autoFocus onClick={onClose}>Done</Button></div>
        : (
          <form className={css.form} onSubmit={(event) => { event.preventDefault(); if (key.trim()) void save(); }}>
            <Input label={name} type="password" autoComplete="off" spellCheck={false} data-first="" value={key} onChange={(event) => setKey(event.target.value)} hint={hasKey ? "It replaces the key that is there." : "It is kept on the server, readable for its owner alone."} />
            {thrown !== null && <ProblemShown thrown={thrown} />}
            <Button kind="loud" type="submit" isBusy={isBusy} disabled={!key.trim()}>Keep it</Button>
          </form>
        )}
    </Dialog>
  );
}
