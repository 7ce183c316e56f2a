// One dispute: the item, the labels side by side without names, and the decision with its cause.
import { useEffect, useRef, useState } from "react";
import type { Dispute, Queue } from "../../../api/contract.ts";
import { useWrite } from "../../../api/use.ts";
import { useKeys } from "../../../keys/use.ts";
import { Button } from "../../../parts/Button.tsx";
import { TextArea } from "../../../parts/Field.tsx";
import { Card } from "../../../parts/Page.tsx";
import { ProblemShown } from "../../../parts/Problem.tsx";
import { plural } from "../../../says/number.ts";
import { drawn } from "../../../keys/registry.ts";
import { ItemShown } from "../item/ItemShown.tsx";
import { OptionButtons } from "../item/OptionButtons.tsx";
import { indexOf, optionsOf } from "../options.ts";
import css from "./OneDispute.module.css";
import { CAUSES, type Settling, settledOf, sides, UNSETTLED } from "./settling.ts";

interface Props {
  name: string;
  queue: Queue;
  dispute: Dispute;
  at: number;
  n: number;
  onMove: (step: 1 | -1) => void;
}

export function OneDispute({ name, queue, dispute, at, n, onMove }: Props) {
  const [settling, setSettling] = useState<Settling>(UNSETTLED);
  const [missing, setMissing] = useState<string | null>(null);
  const [isJson, setJson] = useState(false);
  const room = useRef<HTMLDivElement>(null);
  const settle = useWrite("labels.adjudicate", ["labels.disputes", "labels.queues", "labels.agreement", "today.show"]);
  const change = (changed: Partial<Settling>) => {
    setMissing(null);
    setSettling({ ...settling, ...changed });
  };
  const said = sides(queue.kind, dispute.labels);
  const options = queue.kind === "text" ? said.map(({ word, value }) => ({ word, value })) : optionsOf(queue);
  const submit = () => {
    const made = settledOf(name, dispute.item, settling);
    if ("missing" in made) setMissing(made.missing);
    else settle.mutate(made.wish);
  };
  useEffect(() => room.current?.focus({ preventScroll: true }), []);
  useKeys({
    "item.complete": () => (document.querySelector("dialog[open]") ? false : submit()),
    "item.leave": () => (room.current?.contains(document.activeElement) ? room.current.focus({ preventScroll: true }) : false),
    "item.json": () => setJson(!isJson),
    "item.on": () => onMove(1),
    "item.back": () => onMove(-1),
    "item.comment": () => room.current?.querySelector<HTMLElement>("[data-field=note]")?.focus(),
    ...Object.fromEntries(options.slice(0, 9).map(({ value }, index) => [`item.choose${index + 1}`, () => change({ value })])),
  });
  const item = { id: dispute.item, lease: "", lease_until_ms: 0, input: dispute.input, answer: dispute.answer, context: {}, position: at + 1, total: n, is_repeat: false, suggestion: null };
  return (
    <div ref={room} tabIndex={-1} className={css.room}>
      <p className="soft">Dispute {at + 1} of {n}. Names stay hidden, so that only what was said counts.</p>
      <div className={css.beside}>
        <div>
          <ItemShown item={item} isJson={isJson} hasContext={false} onJson={() => setJson(!isJson)} onContext={() => {}} />
          <h2 className={css.head}>What was said</h2>
          <div className={css.sides}>
            {said.map(({ word, labels }) => (
              <Card key={word}>
                <p className={css.word}>{word}</p>
                <p className="soft tiny">{plural(labels.length, "label")}</p>
                {labels.map(({ correction, comment, rules }, index) => (
                  <div key={index} className={css.remark}>
                    {correction !== null && correction !== undefined && <p>Correction: {typeof correction === "string" ? correction : JSON.stringify(correction)}</p>}
                    {comment && <p>“{comment}”</p>}
                    {rules.length > 0 && <p className="soft tiny">cites {rules.join(", ")}</p>}
                  </div>
                ))}
              </Card>
            ))}
          </div>
        </div>
        <Card>
          <form className={css.form} onSubmit={(event) => { event.preventDefault(); submit(); }}>
            <OptionButtons label={queue.question} options={options} chosen={indexOf(queue.kind, options, settling.value)} onChoose={(value) => change({ value })} />
            {queue.kind === "text" && <TextArea label="Or write the value that holds" rows={2} value={typeof settling.value === "string" ? settling.value : ""} onChange={(event) => change({ value: event.target.value })} />}
            <fieldset className={css.causes}>
              <legend>Why people differed</legend>
              {CAUSES.map(({ cause, word, means }) => (
                <label key={cause}><input type="radio" name="cause" checked={settling.cause === cause} onChange={() => change({ cause })} /><span>{word} <small className="soft">{means}</small></span></label>
              ))}
            </fieldset>
            <TextArea data-field="note" label={<>Note <kbd aria-hidden="true">C</kbd></>} rows={2} value={settling.note} onChange={(event) => change({ note: event.target.value })} />
            {missing && <p role="alert" className={css.missing}>{missing}</p>}
            {settle.error && <ProblemShown thrown={settle.error} />}
            <div className={css.end}>
              <Button kind="loud" type="submit" isBusy={settle.isPending}>Settle <kbd>{drawn("mod+Enter")}</kbd></Button>
              {n > 1 && <><Button disabled={at === 0} onClick={() => onMove(-1)}>← Previous</Button><Button disabled={at === n - 1} onClick={() => onMove(1)}>Next →</Button></>}
            </div>
          </form>
        </Card>
      </div>
    </div>
  );
}
