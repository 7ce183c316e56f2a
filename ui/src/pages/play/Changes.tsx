// What changed in a prompt, in a line of words and line by line.
import { Button } from "../../parts/Button.tsx";
import { LineDiff } from "../../parts/LineDiff.tsx";
import { compareLines, countChanges } from "../../parts/lines.ts";
import { plural } from "../../says/number.ts";
import css from "./Prompt.module.css";

export function Changes({ title, before, after, onClose }: { title: string; before: string; after: string; onClose: () => void }) {
  const { n_in, n_out } = countChanges(compareLines(before, after));
  return (
    <section className={css.changes} aria-label={title}>
      <p>
        <span>{title}: {n_in + n_out === 0 ? "nothing" : `${plural(n_in, "line")} added, ${plural(n_out, "line")} removed`}</span>
        <Button kind="quiet" onClick={onClose}>Hide what changed</Button>
      </p>
      {n_in + n_out > 0 && <LineDiff before={before} after={after} label="The lines that changed" />}
    </section>
  );
}
