// Judging one item after the other, by keyboard: what is judged to the left, the one question to the right.
import { useEffect, useRef, useState } from "react";
import { useGo, useParam } from "../../../app/place.ts";
import { useKeys } from "../../../keys/use.ts";
import { Bar } from "../../../parts/Bar.tsx";
import { ProblemShown } from "../../../parts/Problem.tsx";
import { count } from "../../../says/number.ts";
import { span } from "../../../says/time.ts";
import { guidelineSays, hinders, indexOf, modeSays, optionsOf } from "../options.ts";
import { QueueHead } from "../QueueHead.tsx";
import { Ended } from "./Ended.tsx";
import { current, place } from "./hand.ts";
import { ItemShown } from "./ItemShown.tsx";
import { JustSent } from "./JustSent.tsx";
import css from "./Labelling.module.css";
import { Question } from "./Question.tsx";
import { Revealing } from "./Revealing.tsx";
import { SkipDialog } from "./SkipDialog.tsx";
import { useHand } from "./useHand.ts";

export default function Labelling() {
  const name = useParam("queue");
  return <OneQueue key={name} name={name} />;
}

function OneQueue({ name }: { name: string }) {
  const { hand, doing, hasEnded } = useHand(name);
  const [view, setView] = useState({ isJson: false, hasContext: false });
  const [isSkipping, setSkipping] = useState(false);
  const room = useRef<HTMLDivElement>(null);
  const go = useGo();
  const held = current(hand);
  const { queue, sent } = hand;
  const stays = sent?.stays === true;
  // Until the next item is there, the one that was committed stays, so that nothing jumps.
  const isBetween = held === null && sent !== null && !hasEnded && hand.thrown === null;
  const shown = stays || isBetween ? (sent?.held ?? null) : held;
  const canAct = held !== null && queue !== null && !stays && !isSkipping;
  const id = shown?.item.id;
  const { position, total } = place(hand);

  // Whoever reads with a voice or moves with Tab begins at the item, not where the last one ended.
  useEffect(() => {
    if (id) room.current?.focus({ preventScroll: true });
  }, [id, stays]);

  const options = queue ? optionsOf(queue) : [];
  const commit = (isComplete: boolean) => {
    if (document.querySelector("dialog[open]")) return false;
    if (stays) return doing.goOn();
    if (!canAct) return false;
    const hindrance = hinders(queue, held.draft.value);
    if (hindrance) return doing.say(hindrance);
    doing.commit({ stays: !isComplete && queue.mode === "blind-then-reveal" });
  };
  const focus = (field: string) => () => room.current?.querySelector<HTMLElement>(`[data-field=${field}]`)?.focus();
  const move = (step: 1 | -1) => () => {
    const fields = [...(room.current?.querySelectorAll<HTMLElement>("[data-field]") ?? [])];
    const at = fields.indexOf(document.activeElement as HTMLElement);
    fields[at < 0 ? (step > 0 ? 0 : fields.length - 1) : Math.max(0, Math.min(fields.length - 1, at + step))]?.focus();
  };
  useKeys({
    "item.commit": () => commit(false),
    "item.complete": () => commit(true),
    "item.leave": () => {
      if (!room.current?.contains(document.activeElement) || document.activeElement === room.current) return false;
      room.current.focus({ preventScroll: true });
    },
    "item.undo": sent && !isSkipping ? doing.undo : undefined,
    "item.reveal": sent?.reveal ? doing.reveal : undefined,
    "item.json": shown ? () => setView({ ...view, isJson: !view.isJson }) : undefined,
    "item.context": shown ? () => setView({ ...view, hasContext: !view.hasContext }) : undefined,
    "item.queues": () => go("/label"),
    ...(stays && { "item.on": doing.goOn }),
    ...(canAct && {
      "item.on": () => doing.move(1),
      "item.back": () => doing.move(-1),
      "item.down": move(1),
      "item.up": move(-1),
      "item.skip": () => setSkipping(true),
      "item.gap": () => doing.edit({ isGap: !held.draft.isGap }),
      "item.correct": focus(queue.kind === "text" ? "value" : "correction"),
      "item.comment": focus("comment"),
      ...Object.fromEntries(options.slice(0, 9).map(({ value }, index) => [`item.choose${index + 1}`, () => doing.edit({ value })])),
    }),
  });

  return (
    <div ref={room} tabIndex={-1} className={css.room}>
      <QueueHead name={name} here="" says={queue && shown ? `${position} of ${count(total)} · ${queue.mode.replaceAll("-", " ")} · ${guidelineSays(hand.guideline?.version ?? queue.guideline_version)}` : undefined}>
        {shown && queue?.pace_seconds != null && <span className="soft tiny">your pace {span(queue.pace_seconds)}{queue.seconds_left != null && ` · about ${span(queue.seconds_left)} left`}</span>}
      </QueueHead>
      {shown && <Bar done={position - 1} total={total} label={`${position - 1} of ${total} items done`} />}
      <p role="status" className="hidden-but-read">{shown && `Item ${position} of ${total}`}</p>
      {queue && shown && (
        <>
          <p className={css.mode}>{modeSays(shown.item.suggestion !== null ? "assisted" : queue.mode === "assisted" ? "blind" : queue.mode, shown.item.answer !== null)}</p>
          <div className={css.beside} data-between={isBetween && !stays} inert={isBetween && !stays}>
            <ItemShown key={`item ${id}`} item={shown.item} isJson={view.isJson} hasContext={view.hasContext} onContext={() => setView({ ...view, hasContext: !view.hasContext })} onJson={() => setView({ ...view, isJson: !view.isJson })} />
            {stays
              ? <Revealing sent={sent} queue={queue} onReveal={doing.reveal} onNext={doing.goOn} />
              : <Question key={`question ${id}`} queue={queue} guideline={hand.guideline} draft={shown.draft} suggestion={shown.item.suggestion} chosen={indexOf(queue.kind, options, shown.draft.value)} options={options} said={hand.said} onEdit={doing.edit} onCommit={() => commit(false)} onSkip={() => setSkipping(true)} />}
          </div>
        </>
      )}
      {!shown && hand.said && <p role="alert" className={css.mode}>{hand.said}</p>}
      {hand.thrown !== null && !shown && <ProblemShown thrown={hand.thrown} again={doing.again} />}
      {hasEnded && <Ended name={name} because={hand.none_because ?? ""} n_sent={hand.n_sent} queue={queue} onAgain={doing.again} />}
      <JustSent hand={hand} onUndo={doing.undo} onReveal={doing.reveal} />
      {isSkipping && <SkipDialog onClose={() => setSkipping(false)} onSkip={(reason) => { setSkipping(false); doing.skip(reason); }} />}
    </div>
  );
}
