// After committing, where the queue allows it: what the model said, on request, beside what was committed.
import type { Queue } from "../../../api/contract.ts";
import { Button } from "../../../parts/Button.tsx";
import { Card } from "../../../parts/Page.tsx";
import { wordOf } from "../options.ts";
import type { Sent } from "./hand.ts";
import { Fields } from "./ItemShown.tsx";
import css from "./Question.module.css";

export function Revealing({ sent, queue, onReveal, onNext }: { sent: Sent; queue: Queue; onReveal: () => void; onNext: () => void }) {
  const mine = wordOf(queue.kind, sent.held.draft.value);
  const theirs = sent.reveal ? wordOf(queue.kind, sent.reveal.value) : null;
  return (
    <Card>
      <div className={css.question} role="status">
        <p>You committed <b>{mine}</b>.</p>
        {!sent.isStored && <p className="soft">It is being stored.</p>}
        {sent.isStored && theirs === null && <p className="soft">No model's answer is known for this item.</p>}
        {theirs !== null && !sent.isRevealed && <div><Button onClick={onReveal}>Reveal the model's answer <kbd>R</kbd></Button></div>}
        {sent.reveal && sent.isRevealed && (
          <>
            <p className="soft">{sent.reveal.by} said</p>
            <Fields json={queue.kind === "yes-no" ? theirs : sent.reveal.value} />
            <p>{theirs === mine ? "The same as you." : "Not the same."} <span className="soft">Undo and label again if you see it differently now; that label counts as made with AI shown and never for gates.</span></p>
          </>
        )}
      </div>
      <p className={css.next}><Button kind="loud" onClick={onNext}>Next item <kbd>↵</kbd></Button></p>
    </Card>
  );
}
