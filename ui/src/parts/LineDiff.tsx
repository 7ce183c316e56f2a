// Two texts, line by line: what was taken out and what was put in, told by sign, colour and words.
import css from "./LineDiff.module.css";
import { compareLines, onlyChanged } from "./lines.ts";

const SIGN = { same: " ", out: "−", in: "+" } as const;
const WORD = { same: "", out: "taken out: ", in: "put in: " } as const;

export function LineDiff({ before, after, label }: { before: string; after: string; label: string }) {
  const lines = compareLines(before, after);
  if (lines.every(({ kind }) => kind === "same")) return <p className="soft">No line differs.</p>;
  return (
    <div className={css.room} role="group" aria-label={label} tabIndex={0}>
      {onlyChanged(lines).map((line, index) =>
        line === null
          ? <div key={index} className={css.gap}>⋯</div>
          : (
            <div key={index} className={css.line} data-kind={line.kind}>
              <span aria-hidden="true">{SIGN[line.kind]}</span>
              <span><span className="hidden-but-read">{WORD[line.kind]}</span>{line.text || " "}</span>
            </div>
          ))}
    </div>
  );
}
