// The one question: options with their digits, or a text; a correction, a comment, rules that decided.
import type { Guideline, Json, Queue } from "../../../api/contract.ts";
import { drawn } from "../../../keys/registry.ts";
import { Behind } from "../../../parts/Behind.tsx";
import { Button } from "../../../parts/Button.tsx";
import { TextArea } from "../../../parts/Field.tsx";
import { Card } from "../../../parts/Page.tsx";
import { GuidelineText } from "../guideline/GuidelineText.tsx";
import { type Option, ruleIds, wordOf } from "../options.ts";
import type { Draft } from "./hand.ts";
import { OptionButtons } from "./OptionButtons.tsx";
import css from "./Question.module.css";

interface Props {
  queue: Queue;
  guideline: Guideline | null;
  draft: Draft;
  /** What a model would say; only where the queue is assisted. */
  suggestion: Json | null;
  options: readonly Option[];
  chosen: number;
  said: string | null;
  onEdit: (change: Partial<Draft>) => void;
  onCommit: () => void;
  onSkip: () => void;
}

export function Question({ queue, guideline, draft, suggestion, options, chosen, said, onEdit, onCommit, onSkip }: Props) {
  const rules = ruleIds(guideline?.text ?? "");
  const toggle = (rule: string) =>
    onEdit({ rules: draft.rules.includes(rule) ? draft.rules.filter((each) => each !== rule) : [...draft.rules, rule] });
  return (
    <div>
      <Card>
        <div className={css.question}>
          {suggestion !== null && <p className={css.suggestion}>Suggested by a model: <b>{wordOf(queue.kind, suggestion)}</b></p>}
          {queue.kind === "text"
            ? <TextArea data-field="value" label={queue.question} rows={4} value={typeof draft.value === "string" ? draft.value : ""} onChange={(event) => onEdit({ value: event.target.value })} />
            : <OptionButtons label={queue.question} options={options} chosen={chosen} isScale={queue.kind === "scale"} onChoose={(value) => onEdit({ value })} />}
          {queue.kind !== "text" && <TextArea data-field="correction" label={<>Correction: what it should be <kbd aria-hidden="true">E</kbd></>} rows={1} value={draft.correction} onChange={(event) => onEdit({ correction: event.target.value })} />}
          <TextArea data-field="comment" label={<>Comment <kbd aria-hidden="true">C</kbd></>} rows={1} value={draft.comment} onChange={(event) => onEdit({ comment: event.target.value })} />
          {rules.length > 0 && (
            <div className={css.rules} role="group" aria-label="Rules that decided">
              <span className="soft tiny" aria-hidden="true">Decided by</span>
              {rules.map((rule) => <button key={rule} type="button" aria-pressed={draft.rules.includes(rule)} onClick={() => toggle(rule)}>{rule}</button>)}
            </div>
          )}
          <p className={css.hint}>In a text, <kbd>{drawn("mod+Enter")}</kbd> commits and <kbd>Esc</kbd> leaves it.</p>
          {said && <p role="alert" className={css.said}>{said}</p>}
          <div className={css.doing}>
            <Button kind="loud" onClick={onCommit}>{queue.mode === "blind-then-reveal" ? "Commit" : "Commit and next"} <kbd>↵</kbd></Button>
            <Button onClick={onSkip}>Skip <kbd>S</kbd></Button>
            <Button kind="quiet" aria-pressed={draft.isGap} onClick={() => onEdit({ isGap: !draft.isGap })}>
              {draft.isGap ? "Gap in the guideline flagged" : "Flag a gap"} <kbd>F</kbd>
            </Button>
          </div>
        </div>
      </Card>
      {guideline && guideline.text.trim() !== "" && (
        <Behind says={`Guideline v${guideline.version}`}>
          <GuidelineText text={guideline.text} />
        </Behind>
      )}
    </div>
  );
}
