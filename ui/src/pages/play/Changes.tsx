// A difference of two texts, line by line; a sign says what colour says.
import { Button } from "../../parts/Button.tsx";
import { plural } from "../../says/number.ts";
import { counts, diff, folded, type Line } from "./diff.ts";
import css from "./Prompt.module.css";

const WORDS: Record<Line["kind"], string> = { same: "", added: "added: ", removed: "removed: " };
const SIGNS: Record<Line["kind"], string> = { same: " ", added: "+", removed: "−" };

export function Changes({ title, before, after, onClose }: { title: string; before: string; after: string; onClose: () => void }) {
  const lines = diff(before, after);
  const { n_added, n_removed } = counts(lines);
  return (
    <section className={css.changes} aria-label={title}>
      <p>
        <span>{title}: {n_added + n_removed === 0 ? "nothing" : `${plural(n_added, "line")} added, ${plural(n_removed, "line")} removed`}</span>
        <Button kind="quiet" onClick={onClose}>Hide what changed</Button>
      </p>
      {n_added + n_removed > 0 && (
        <div className={css.lines} tabIndex={0} role="region" aria-label="The lines that changed">
          {folded(lines).map((piece, index) => (
            piece.kind === "folded"
              ? <p key={index} className={css.fold}>{plural(piece.n, "line")} as before</p>
              : piece.lines.map((line, at) => (
                <p key={`${index} ${at}`} data-kind={line.kind}>
                  <span aria-hidden="true">{SIGNS[line.kind]}</span>
                  {WORDS[line.kind] && <span className="hidden-but-read">{WORDS[line.kind]}</span>}
                  {line.text || " "}
                </p>
              ))
          ))}
        </div>
      )}
    </section>
  );
}
