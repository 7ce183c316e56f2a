// The repeats of one case in one cell: equal answers together, with how often each came.
import type { Json } from "../api/contract.ts";
import { fold } from "../says/fold.ts";
import css from "./FoldedAnswers.module.css";
import { Value } from "./Value.tsx";

export interface OneAnswer {
  output: Json;
  failure?: string | null;
  /** From 0 to 1; null where nobody knows. */
  score?: number | null;
}

export function FoldedAnswers({ answers }: { answers: readonly OneAnswer[] }) {
  if (answers.length === 0) return <span className="soft">not shown</span>;
  const folded = fold(answers, ({ output, failure }) => [output, failure ?? null]);
  return (
    <ul className={css.folded}>
      {folded.map(({ answer, n }) => (
        <li key={JSON.stringify([answer.output, answer.failure])} data-right={answer.score === undefined || answer.score === null ? undefined : answer.score >= 1}>
          {answer.failure ? <span className={css.failure}>no answer: {answer.failure}</span> : <Value json={answer.output} isShort />}
          {answers.length > 1 && <small title={`${n} of ${answers.length} repeats`}>{n} of {answers.length}</small>}
        </li>
      ))}
    </ul>
  );
}
