// What went wrong: the thing, the place and the next step.
import { asProblem } from "../api/problem.ts";
import { Button } from "./Button.tsx";
import css from "./Problem.module.css";

export function ProblemShown({ thrown, again }: { thrown: unknown; again?: () => void }) {
  const { title, detail, place, next, problems = [] } = asProblem(thrown);
  const mistakes = problems.filter(({ is_warning }) => !is_warning);
  return (
    <div className={css.problem} role="alert">
      <p><b>{title}</b></p>
      {detail && detail !== title && <p className={css.detail}>{detail}</p>}
      {place && <p><code>{place}</code></p>}
      {mistakes.length > 1 && (
        <ul>{mistakes.map(({ file, line, field, message }) => <li key={`${file} ${line} ${field} ${message}`}><code>{file}{line ? `:${line}` : ""}</code> {message}</li>)}</ul>
      )}
      {next && <p><b>Next:</b> {next}</p>}
      {again && <Button onClick={again}>Try again</Button>}
    </div>
  );
}
