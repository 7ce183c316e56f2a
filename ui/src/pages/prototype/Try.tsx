// Asks, shows the answer as text, and takes a thumb for it.
import { type FormEvent, type KeyboardEvent, useRef, useState } from "react";
import type { Json, PrototypeAnswer, PrototypeView } from "../../api/contract.ts";
import { Button } from "../../parts/Button.tsx";
import { TextArea } from "../../parts/Field.tsx";
import { ProblemShown } from "../../parts/Problem.tsx";
import { Value } from "../../parts/Value.tsx";
import { textOf } from "../../parts/value.ts";
import { milliseconds, plural } from "../../says/number.ts";
import { tryIt } from "./door.ts";
import css from "./Prototype.module.css";
import { Thumbs } from "./Thumbs.tsx";

export function Try({ token, view }: { token: string; view: PrototypeView }) {
  const names = view.input_fields.length > 0 ? view.input_fields : ["input"];
  const [typed, setTyped] = useState<Record<string, string>>({});
  const [asked, setAsked] = useState<Record<string, Json> | null>(null);
  const [answer, setAnswer] = useState<PrototypeAnswer | null>(null);
  const [left, setLeft] = useState(view.left);
  const [isAsking, setAsking] = useState(false);
  const [thrown, setThrown] = useState<unknown>(null);
  const form = useRef<HTMLFormElement>(null);
  const isReady = names.some((name) => (typed[name] ?? "").trim() !== "");

  const ask = async (event: FormEvent) => {
    event.preventDefault();
    if (!isReady || isAsking || left <= 0) return;
    const input = Object.fromEntries(names.map((name) => [name, typed[name] ?? ""]));
    setAsking(true);
    setThrown(null);
    setAnswer(null);
    setAsked(input);
    try {
      setAnswer(await tryIt(token, input));
      setLeft((now) => now - 1);
    } catch (problem) {
      setThrown(problem);
    }
    setAsking(false);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.current?.requestSubmit();
  };
  const fill = (sample: Record<string, Json>) => {
    setTyped(Object.fromEntries(names.map((name) => [name, textOf(sample[name])])));
    form.current?.querySelector("textarea")?.focus();
  };

  return (
    <>
      <form ref={form} className={css.form} onSubmit={ask} onKeyDown={onKeyDown}>
        {names.map((name) => (
          <TextArea key={name} label={names.length === 1 ? `Your ${name}` : name} rows={names.length === 1 ? 5 : 2} maxLength={8000} value={typed[name] ?? ""} onChange={(event) => setTyped({ ...typed, [name]: event.target.value })} />
        ))}
        {view.samples.length > 0 && (
          <div className={css.samples}>
            <p className="soft">Or begin with one of these:</p>
            {view.samples.map((sample, index) => (
              <button key={index} type="button" onClick={() => fill(sample)}><span>{Object.values(sample).map(textOf).join(" · ")}</span></button>
            ))}
          </div>
        )}
        <div className={css.ask}>
          <Button kind="loud" type="submit" disabled={!isReady || left <= 0} isBusy={isAsking}>Ask</Button>
          {left <= 20 && <small className="soft">{left > 0 ? `${plural(left, "try", "tries")} left for everybody who has this link` : "All tries of this link are used up."}</small>}
        </div>
      </form>
      <section className={css.answer} aria-label="The answer" aria-live="polite">
        {isAsking && asked && <p className="soft">Asked. The answer to “{clip(Object.values(asked).map(textOf).join(" · "))}” is on its way.</p>}
        {thrown !== null && <ProblemShown thrown={thrown} />}
        {answer && (
          <>
            <h2>The answer</h2>
            <div className={css.output}>
              {answer.failure === null ? <Value json={answer.output} /> : <p>No answer this time: {answer.failure}.</p>}
            </div>
            <p className="soft tiny">It may be wrong.{answer.latency_ms !== null && ` It took ${milliseconds(answer.latency_ms)}.`}{answer.simulated && " It is simulated."}</p>
            <Thumbs key={answer.answer_id} token={token} answerId={answer.answer_id} />
          </>
        )}
      </section>
      <aside className={css.recorded} aria-label="What is recorded">
        <h2>What is recorded</h2>
        <p>Kept for the people of {view.project}: that somebody tried it and when, how long the answer took, your thumb and your comment. Not kept: what you type, the answer, your name. What you type goes to the machine that answers, so leave out what must stay private.</p>
      </aside>
    </>
  );
}

function clip(text: string): string {
  return text.length > 60 ? `${text.slice(0, 60).trimEnd()}…` : text;
}
