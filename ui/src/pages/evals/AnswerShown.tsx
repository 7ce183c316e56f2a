// One case as one variant answered it, its repeats folded.
import type { AnswerRow } from "../../api/contract.ts";
import { FoldedAnswers } from "../../parts/FoldedAnswers.tsx";
import { Simulated, Tag } from "../../parts/Tag.tsx";
import { Value } from "../../parts/Value.tsx";
import { milliseconds, plural, rate, usd } from "../../says/number.ts";
import css from "./Answers.module.css";

export function AnswerShown({ row, primary }: { row: AnswerRow; primary: string | null }) {
  const scoreOf = (output: AnswerRow["outputs"][number]) => output.scores.find(({ scorer }) => scorer === primary)?.value ?? null;
  const why = [...new Set(row.outputs.flatMap(({ scores }) =>
    scores.flatMap(({ scorer, value, explanation }) => (explanation && (value === null || value < 1) && !explanation.startsWith("no answer") ? [`${scorer}: ${explanation}`] : []))))];
  return (
    <li className={css.answer} tabIndex={0} data-row="" aria-label={`Case ${row.case_id} by ${row.variant}, mean ${rate(row.mean)}`}>
      <p className={css.head}>
        <span className={css.score} data-right={row.mean >= 1}>{row.mean >= 1 ? "✓" : "✗"} {rate(row.mean)}</span>
        <span>{row.variant} {row.outputs.some(({ simulated }) => simulated) && <Simulated />}</span>
        <span className="soft tiny">{paid(row)}</span>
        <span className={css.id}>case {row.case_id} {row.tags.map((tag) => <Tag key={tag}>{tag}</Tag>)}</span>
      </p>
      <div className={css.sides}>
        <div className={css.input}><Value json={row.input} /></div>
        <div><small>answered</small><FoldedAnswers answers={row.outputs.map((output) => ({ ...output, score: scoreOf(output) }))} /></div>
        {row.expected !== null && <div><small>wanted</small><Value json={row.expected} isShort /></div>}
      </div>
      {why.length > 0 && <div className={css.why}>{why.slice(0, 4).map((each) => <span key={each}>{each}</span>)}{why.length > 4 && <span>and {plural(why.length - 4, "more reason")}</span>}</div>}
    </li>
  );
}

/** The slowest repeat and what all of them cost. */
function paid({ outputs }: AnswerRow): string {
  const waits = outputs.flatMap(({ latency_ms }) => latency_ms ?? []);
  const costs = outputs.flatMap(({ cost_usd }) => cost_usd ?? []);
  return [
    outputs.length > 1 ? plural(outputs.length, "repeat") : "",
    waits.length > 0 ? `${outputs.length > 1 ? "slowest " : ""}${milliseconds(Math.max(...waits))}` : "",
    costs.length > 0 ? `${usd(costs.reduce((sum, cost) => sum + cost, 0))}${outputs.length > 1 ? " together" : ""}` : "",
  ].filter(Boolean).join(" · ");
}
