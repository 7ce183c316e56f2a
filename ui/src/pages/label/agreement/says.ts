// Pure. How far people agree, in sentences first.
import type { AgreementShown } from "../../../api/contract.ts";
import { count, plural, rate, withInterval } from "../../../says/number.ts";
import { CAUSES } from "../disputes/settling.ts";
import { asSentence } from "../../../says/sentence.ts";

/** Plain sentences, the most important one first. */
export function sentences({ n_items, n_labels, n_people, raw, base_rates, causes, self, assisted, note }: AgreementShown): string[] {
  const said: string[] = [];
  if (!raw || raw.estimate === null) {
    return [n_labels === 0 ? "Nobody has labelled anything yet." : `${plural(n_labels, "label")} by ${plural(n_people, "person", "people")}; nothing was labelled by two people yet, so agreement is not known.`];
  }
  said.push(`Two people say the same about ${ofHundred(raw.estimate)} of 100 items (${withInterval("rate", raw)}, n ${count(raw.n)}). ${plural(n_people, "person", "people")} gave ${plural(n_labels, "label")}; ${plural(n_items, "item")} ${n_items === 1 ? "has" : "have"} two or more.`);
  const most = [...base_rates].sort((first, second) => second.share - first.share)[0];
  if (most && most.share >= 0.7) {
    said.push(`“${most.value}” makes ${ofHundred(most.share)} of 100 labels (n ${count(most.n)}), so much of that agreement could be chance: the measures below take that out.`);
  }
  const first = [...causes].sort((one, other) => other.n - one.n)[0];
  if (first && first.n > 0) {
    const n = causes.reduce((sum, cause) => sum + cause.n, 0);
    said.push(`Of ${plural(n, "settled dispute")}, ${count(first.n)} came from: ${causeWord(first.cause)}.`);
  }
  if (self && self.estimate !== null) said.push(`Asked twice, the same person says the same ${ofHundred(self.estimate)} of 100 times (${withInterval("rate", self)}, n ${count(self.n)}).`);
  if (assisted) said.push(asSentence(assisted));
  if (note) said.push(asSentence(note));
  return said;
}

function ofHundred(share: number): string {
  return String(Math.round(share * 100));
}

export function causeWord(cause: string): string {
  return CAUSES.find((known) => known.cause === cause)?.word ?? cause;
}

/** `0.71 [0.62, 0.79]`, for measures that may be below nothing. */
export function measure({ value, lower, upper }: { value: number | null; lower: number | null; upper: number | null }): string {
  if (value === null) return "not known";
  const side = (each: number | null) => (each === null ? "?" : rate(each));
  return lower === null && upper === null ? rate(value) : `${rate(value)} [${side(lower)}, ${side(upper)}]`;
}
