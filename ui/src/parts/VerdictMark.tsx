// A verdict: its shape, its colour, its word. The shape alone tells it too.
import type { Verdict } from "../api/contract.ts";
import css from "./VerdictMark.module.css";

/** `word` where the verdict has a plainer name here, such as rules win; null is not judged yet. */
export function VerdictMark({ verdict, word }: { verdict: Verdict | null; word?: string }) {
  return (
    <span className={css.mark} data-verdict={verdict ?? "none"}>
      <Shape verdict={verdict} /> {word ?? verdict ?? "not judged yet"}
    </span>
  );
}

/** The shape alone; whoever uses it says the word. */
export function Shape({ verdict }: { verdict: Verdict | null }) {
  return (
    <svg className={css.shape} data-verdict={verdict ?? "none"} viewBox="0 0 10 10" width="11" height="11" aria-hidden="true">
      {verdict === "pass" && <circle cx="5" cy="5" r="4.5" fill="currentColor" />}
      {verdict === "fail" && <rect x="1" y="1" width="8" height="8" fill="currentColor" />}
      {verdict === "undecided" && (
        <>
          <circle cx="5" cy="5" r="4" fill="none" stroke="currentColor" strokeWidth="1.6" />
          <path d="M5 1a4 4 0 0 1 0 8z" fill="currentColor" />
        </>
      )}
      {verdict === null && <line x1="1" y1="5" x2="9" y2="5" stroke="currentColor" strokeWidth="1.6" />}
    </svg>
  );
}
