// Publishes a prototype: a link for people without an account. The link is shown once.
import { useState } from "react";
import type { PlayStart } from "../../api/contract.ts";
import { useWrite } from "../../api/use.ts";
import { Button } from "../../parts/Button.tsx";
import { Command } from "../../parts/Command.tsx";
import { Dialog } from "../../parts/Dialog.tsx";
import { Choice, Fields, Input } from "../../parts/Field.tsx";
import { ProblemShown } from "../../parts/Problem.tsx";
import { Simulated } from "../../parts/Tag.tsx";
import { day } from "../../says/time.ts";
import css from "./Candidate.module.css";

const DAYS = [["1", "1 day"], ["7", "7 days"], ["14", "14 days"], ["30", "30 days"]] as const;

export function Publish({ start, variant, onClose }: { start: PlayStart; variant: string; onClose: () => void }) {
  const able = start.variants.filter(({ can_run_new }) => can_run_new);
  const [name, setName] = useState(able.some((each) => each.name === variant) ? variant : able[0]?.name ?? "");
  const [title, setTitle] = useState("");
  const [days, setDays] = useState("14");
  const publish = useWrite("prototypes.publish", ["prototypes.list"]);
  const made = publish.data;
  if (able.length === 0) {
    return <Dialog title="Publish a prototype" onClose={onClose}><p>Recorded answers know only their cases, so strangers could ask nothing new. Add a model or rules first.</p></Dialog>;
  }
  return (
    <Dialog title="Publish a prototype" onClose={onClose}>
      {made ? (
        <div className={css.candidate}>
          <p role="status">Whoever has this link can try {made.variant} until {day(made.expires_at_ms)}. {made.simulated && <Simulated />}</p>
          {made.url && <Command text={new URL(made.url, location.origin).href} says="The link of the prototype" />}
          <p className="soft">The link is shown only now; afterwards nobody can read it here. A new one can be published any time.</p>
          <div><Button onClick={onClose}>Done</Button></div>
        </div>
      ) : (
        <form
          className={css.candidate}
          onSubmit={(event) => {
            event.preventDefault();
            publish.mutate({ feature: start.feature, variant: name, days: Number(days), ...(title.trim() ? { title: title.trim() } : {}) });
          }}
        >
          <Input label="Title for those who try it" data-first="" value={title} maxLength={80} placeholder={start.about ? `Try it with ${start.about}` : start.feature} onChange={(event) => setTitle(event.target.value)} />
          <Fields>
            <Choice label="Variant" value={name} options={able.map((each) => [each.name, each.is_baseline ? `${each.name} (baseline)` : each.name] as const)} onChange={(event) => setName(event.target.value)} />
            <Choice label="Open for" value={days} options={DAYS} onChange={(event) => setDays(event.target.value)} />
          </Fields>
          <p className="soft">No sign-in is needed. Tries, thumbs and comments are kept in this project; what people type and the answers are not. Each answer of a model costs what it costs, up to a limit for each link.</p>
          {publish.error && <ProblemShown thrown={publish.error} />}
          <div><Button type="submit" isBusy={publish.isPending}>Make the link</Button></div>
        </form>
      )}
    </Dialog>
  );
}
