// Finds a page, a feature, a run or something to do here, and does it.
import { useId, useMemo, useRef, useState } from "react";
import { useOperation } from "../api/use.ts";
import { drawn } from "../keys/registry.ts";
import { runKey, useLiveKeys } from "../keys/use.ts";
import { Dialog } from "../parts/Dialog.tsx";
import { moment } from "../says/time.ts";
import { type Command, find } from "./commands.ts";
import { useFeatures } from "./feature.ts";
import css from "./Palette.module.css";
import { useGo } from "./place.ts";
import { address } from "./search.ts";

export function Palette({ onClose }: { onClose: () => void }) {
  const [typed, setTyped] = useState("");
  const [at, setAt] = useState(0);
  const list = useRef<HTMLUListElement>(null);
  const id = useId();
  const found = find(useCommands(), typed).slice(0, 40);
  const move = (next: number) => {
    const index = Math.max(0, Math.min(found.length - 1, next));
    setAt(index);
    list.current?.children[index]?.scrollIntoView({ block: "nearest" });
  };
  const run = (command: Command | undefined) => {
    if (!command) return;
    onClose();
    // The dialog has to be gone before what comes next takes the focus.
    setTimeout(command.run);
  };
  const onKeyDown = (event: React.KeyboardEvent) => {
    const steps: Record<string, () => void> = {
      ArrowDown: () => move(at + 1), ArrowUp: () => move(at - 1), Enter: () => run(found[at]),
    };
    const step = steps[event.key];
    if (!step) return;
    event.preventDefault();
    step();
  };
  return (
    <Dialog title="Find a page or a command" isTitleHidden onClose={onClose}>
      <input
        className={css.typed} autoFocus role="combobox" aria-expanded="true" aria-controls={id} aria-autocomplete="list"
        aria-label="Find a page or a command" aria-activedescendant={found[at] ? `${id}-${at}` : undefined}
        placeholder="A page, a feature, a run, something to do here" value={typed}
        onChange={(event) => { setTyped(event.target.value); setAt(0); }} onKeyDown={onKeyDown}
      />
      <ul id={id} ref={list} role="listbox" aria-label="What was found" className={css.found}>
        {found.map((command, index) => (
          <li key={command.id} id={`${id}-${index}`} role="option" aria-selected={index === at} onClick={() => run(command)} onMouseMove={() => setAt(index)}>
            <span>{command.says}</span><small>{command.of}</small>{command.keys && <kbd>{drawn(command.keys)}</kbd>}
          </li>
        ))}
      </ul>
      {found.length === 0 && <p className={css.none}>Nothing is called that. Fewer letters find more.</p>}
    </Dialog>
  );
}

function useCommands(): Command[] {
  const go = useGo();
  const live = useLiveKeys();
  const { names } = useFeatures();
  const runs = useOperation("runs.list", { limit: 20 }).data?.runs;
  return useMemo(() => {
    const keys = live
      .filter((key) => key.place !== "list" && key.place !== "dialog" && key.id !== "palette.open")
      .map((key): Command => ({ id: key.id, says: key.says, of: key.go ? "page" : "here", keys: key.keys, run: () => runKey(key.id) }));
    const features = names.flatMap((name): Command[] => [
      { id: `gate ${name}`, says: `Gate of ${name}`, of: "feature", run: () => go(address("/gate", { feature: name })) },
      { id: `play ${name}`, says: `Play with ${name}`, of: "feature", run: () => go(address("/play", { feature: name })) },
      { id: `evals ${name}`, says: `Runs of ${name}`, of: "feature", run: () => go(address("/evals", { feature: name })) },
    ]);
    const recent = (runs ?? []).map((run): Command => ({
      id: run.id, says: `${run.feature}, ${run.scope === "held-out" ? "gate" : "eval"} of ${moment(run.started_at_ms)}`, of: "run", run: () => go(`/evals/${run.id}`),
    }));
    return [...keys, ...features, ...recent];
  }, [go, live.map(({ id }) => id).join(), names.join(), runs]);
}
