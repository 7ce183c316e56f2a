// Decides a bet: won, killed or kept running, with the reason. Killing early is a good outcome.
import { useState } from "react";
import { useWrite } from "../../api/use.ts";
import { Button } from "../../parts/Button.tsx";
import { Dialog } from "../../parts/Dialog.tsx";
import { TextArea } from "../../parts/Field.tsx";
import { ProblemShown } from "../../parts/Problem.tsx";
import css from "./Decide.module.css";

const WAYS = [
  ["won", "Won", "the evidence holds; build it"],
  ["killed", "Killed", "stop here; what was learned stays"],
  ["running", "Keep running", "not decided yet; the deadline stays where it is"],
] as const;

export function Decide({ name, onClose }: { name: string; onClose: () => void }) {
  const [state, setState] = useState<(typeof WAYS)[number][0] | null>(null);
  const [reason, setReason] = useState("");
  const decide = useWrite("bets.decide", ["bets.list", "bets.show", "today.show"]);
  return (
    <Dialog title={`Decide ${name}`} onClose={onClose}>
      <form
        className={css.decide}
        onSubmit={(event) => {
          event.preventDefault();
          if (state && reason.trim()) decide.mutate({ bet: name, state, reason: reason.trim() }, { onSuccess: onClose });
        }}
      >
        <fieldset>
          <legend className="hidden-but-read">The decision</legend>
          {WAYS.map(([value, word, says]) => (
            <label key={value}>
              <input type="radio" name="state" value={value} data-first={value === "won" ? "" : undefined} checked={state === value} onChange={() => setState(value)} />
              <b>{word}</b> <span className="soft">{says}</span>
            </label>
          ))}
        </fieldset>
        <TextArea label="Why" rows={3} value={reason} required hint="It stands beside the bet for everybody." onChange={(event) => setReason(event.target.value)} />
        {decide.error && <ProblemShown thrown={decide.error} />}
        <div>
          <Button type="submit" isBusy={decide.isPending} disabled={!state || !reason.trim()}>Write the decision down</Button>
        </div>
      </form>
    </Dialog>
  );
}
