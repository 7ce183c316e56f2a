// Three answers that stand for a variant, picked by rule and never by hand.
import type { Example } from "../api/contract.ts";
import { textOf } from "../parts/value.ts";
import css from "./Examples.module.css";

export function Examples({ examples }: { examples: readonly Example[] }) {
  return (
    <ul className={css.examples}>
      {examples.map((example) => (
        <li key={`${example.stands_for} ${example.case_id}`}>
          <p className={css.input}>{example.input}</p>
          <p><b>{plain(example.answer)}</b>{example.expected !== null && example.expected !== example.answer && <span className="soft"> · wanted {plain(example.expected)}</span>}</p>
          <small>{example.stands_for} · case {example.case_id} · score {example.score.toFixed(2)}{example.why ? ` · ${example.why}` : ""}</small>
        </li>
      ))}
    </ul>
  );
}

/** The report carries answers as shortened text; whole JSON reads better as its only field. */
function plain(text: string): string {
  try {
    return textOf(JSON.parse(text));
  } catch {
    return text;
  }
}
