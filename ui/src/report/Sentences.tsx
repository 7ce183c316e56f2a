// Findings, what nobody knows, amendments: one sentence each.
import type { Amendment } from "../api/contract.ts";
import { writtenDay } from "../says/time.ts";
import css from "./Sentences.module.css";

export function Sentences({ says }: { says: readonly string[] }) {
  return <ul className={css.says}>{says.map((sentence) => <li key={sentence}>{sentence}</li>)}</ul>;
}

/** What was changed after it was first judged; nothing hides it. */
export function Amendments({ amendments }: { amendments: readonly Amendment[] }) {
  return (
    <ul className={css.says}>
      {amendments.map(({ day, what }) => <li key={`${day} ${what}`}><b>{writtenDay(day)}</b> {what}</li>)}
    </ul>
  );
}
