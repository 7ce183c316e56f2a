// One rule as a sentence: its words as chips, its answer as a choice, what it matched.
import type { Json, RuleSentence } from "../../api/contract.ts";
import { count } from "../../says/number.ts";
import { textOf } from "../../parts/value.ts";
import { Chips } from "./Chips.tsx";
import css from "./Rules.module.css";
import { type Held, inWords, WORDS } from "./rules.ts";

interface Props {
  rule: Held;
  position: number;
  isFirst: boolean;
  isLast: boolean;
  options: readonly (readonly [string, string])[];
  nCases: number;
  mayEdit: boolean;
  onChange: (change: Partial<RuleSentence>) => void;
  onMove: (step: -1 | 1) => void;
  onRemove: () => void;
}

export function Rule({ rule, position, isFirst, isLast, options, nCases, mayEdit, onChange, onMove, onRemove }: Props) {
  return (
    <li data-row="" data-rule={rule.key} tabIndex={0} aria-label={`${position}. ${inWords(rule)}`}>
      <span className={css.position}>{position}</span>
      <div className={css.sentence}>
        <span>If {rule.field ? <code>{rule.field}</code> : "the input"} has</span>
        {WORDS.map(([kind, says], index) => (
          <Chips
            key={kind} label={`${index > 0 ? "and " : ""}${says}`} words={rule[kind]} mayEdit={mayEdit} isFolded={kind !== "any"}
            of={`rule ${position}`} onWords={(words) => onChange({ [kind]: words })}
          />
        ))}
        {rule.regex !== null && (
          <label className={css.regex}>
            <span>and the pattern</span>
            <input value={rule.regex} readOnly={!mayEdit} spellCheck={false} onChange={(event) => onChange({ regex: event.target.value || null })} />
          </label>
        )}
        <span className={css.answer}>
          <span>answer</span>
          <Answer label={`The answer of rule ${position}`} value={rule.answer} options={options} mayEdit={mayEdit} onChange={(answer) => onChange({ answer })} />
        </span>
      </div>
      <Counts rule={rule} nCases={nCases} />
      {mayEdit && (
        <span className={css.hands}>
          <button type="button" aria-label={`Move rule ${position} up`} disabled={isFirst} onClick={() => onMove(-1)}>↑</button>
          <button type="button" aria-label={`Move rule ${position} down`} disabled={isLast} onClick={() => onMove(1)}>↓</button>
          <button type="button" aria-label={`Delete rule ${position}`} onClick={onRemove}>✕</button>
        </span>
      )}
    </li>
  );
}

function Counts({ rule, nCases }: { rule: Held; nCases: number }) {
  if (rule.isChanged) return <small className={css.counts}>counted once it is saved</small>;
  if (rule.n_matched === null) return <small className={css.counts}>not counted</small>;
  return (
    <small className={css.counts}>
      fits {count(rule.n_matched)} of {count(nCases)}{rule.n_right !== null && rule.n_matched > 0 && `, right on ${count(rule.n_right)}`}
    </small>
  );
}

export function Answer({ label, value, options, mayEdit, onChange }: { label: string; value: Json; options: readonly (readonly [string, string])[]; mayEdit: boolean; onChange: (answer: Json) => void }) {
  if (!mayEdit) return <b>{textOf(value)}</b>;
  return (
    <select aria-label={label} value={JSON.stringify(value ?? null)} onChange={(event) => onChange(JSON.parse(event.target.value) as Json)}>
      {options.map(([json, word]) => <option key={json} value={json}>{word}</option>)}
    </select>
  );
}
