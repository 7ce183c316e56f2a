// Pure. Settling a dispute: what is decided, why it arose, and what is missing before it can be said.
import type { Dispute, DisputeCause, InputOf, Json, Queue } from "../../../api/contract.ts";
import { wordOf } from "../options.ts";

export const CAUSES: readonly { cause: DisputeCause; word: string; means: string }[] = [
  { cause: "guideline-gap", word: "gap in the guideline", means: "it does not say this, or says it in two ways" },
  { cause: "ambiguity", word: "ambiguous", means: "both readings are right" },
  { cause: "slip", word: "slip", means: "somebody did not look closely" },
  { cause: "missing-context", word: "missing context", means: "the item does not hold what is needed" },
];

export interface Settling {
  value: Json | undefined;
  cause: DisputeCause | null;
  note: string;
}

export const UNSETTLED: Settling = { value: undefined, cause: null, note: "" };

export function settledOf(queue: string, item: string, { value, cause, note }: Settling): { wish: InputOf<"labels.adjudicate"> } | { missing: string } {
  if (value === undefined || value === "") return { missing: "Choose the value that holds, or write it." };
  if (cause === null) return { missing: "Say why people differed: it shows what to mend in the guideline." };
  return { wish: { queue, item, value, cause, ...(note.trim() && { note: note.trim() }) } };
}

/** Labels by their value, in the order in which they come: who said what is not known here. */
export function sides(kind: Queue["kind"], labels: Dispute["labels"]): { word: string; value: Json; labels: Dispute["labels"] }[] {
  const found: { word: string; value: Json; labels: Dispute["labels"] }[] = [];
  for (const label of labels) {
    const word = wordOf(kind, label.value);
    const side = found.find((each) => each.word === word);
    if (side) side.labels.push(label);
    else found.push({ word, value: label.value, labels: [label] });
  }
  return found;
}
