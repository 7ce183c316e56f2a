// What went wrong: the thing, the place and the next step.
import { asProblem } from "../api/problem.ts";
import { Button } from "./Button.tsx";
import css from "./Problem.module.css";

export function ProblemShown({ thrown, again }: { thrown: unknown; again?: () => void }) {
  const { title, detail, place, next } = asProblem(thrown);
  return (
    <div className={css.problem} role="alert">
      <p><b>{title}</b></p>
      {detail && detail !== title && <p className={css.detail}>{detail}</p>}
      {place && <p><code>{place}</code></p>}
      {next && <p><b>Next:</b> {next}</p>}
      {again && <Button onClick={again}>Try again</Button>}
    </div>
  );
}
