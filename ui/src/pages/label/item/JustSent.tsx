// The last commit: for ten seconds it can be taken back, and the countdown is seen.
import { useEffect, useState } from "react";
import { Button } from "../../../parts/Button.tsx";
import { wordOf } from "../options.ts";
import { type Hand, undoLeft } from "./hand.ts";
import css from "./JustSent.module.css";

export function JustSent({ hand, onUndo, onReveal }: { hand: Hand; onUndo: () => void; onReveal: () => void }) {
  const { sent, queue } = hand;
  const [now_ms, setNow] = useState(Date.now);
  const since = sent?.at_ms;
  useEffect(() => {
    if (since === undefined) return;
    setNow(Date.now());
    const timer = setInterval(() => setNow(Date.now()), 250);
    return () => clearInterval(timer);
  }, [since]);
  const left = undoLeft(hand, now_ms);
  if (!sent || !queue || (left === 0 && sent.isStored && !sent.isRevealed)) return null;
  const word = sent.held.draft.value === undefined ? "" : wordOf(queue.kind, sent.held.draft.value);
  return (
    <div className={css.strip}>
      <p role="status">{sent.isSkip ? "Skipped" : <>Committed <b>{word.length > 60 ? `${word.slice(0, 60)}…` : word}</b></>}{!sent.isStored && <span className="soft"> · storing</span>}</p>
      {sent.reveal && !sent.isRevealed && !sent.stays && <Button onClick={onReveal}>Reveal <kbd>R</kbd></Button>}
      {sent.reveal && sent.isRevealed && !sent.stays && <p>{sent.reveal.by} said <b>{wordOf(queue.kind, sent.reveal.value)}</b></p>}
      {left > 0 && (
        <Button onClick={onUndo}>
          Undo <kbd>Z</kbd> <span className={css.left} aria-hidden="true">{Math.ceil(left / 1000)} s</span>
        </Button>
      )}
    </div>
  );
}
