// Pure. A wish for a run as a command.
import type { RunWish } from "../../api/contract.ts";

export function commandOf(wish: RunWish, isGate: boolean): string {
  const words = [isGate ? "karat gate" : "karat eval"];
  if (wish.feature) words.push(quoted(wish.feature));
  for (const variant of wish.variants ?? []) words.push(`--variant ${quoted(variant)}`);
  if (wish.trials) words.push(`--trials ${wish.trials}`);
  if (wish.rescore) words.push("--rescore");
  if (wish.fresh) words.push("--fresh");
  return words.join(" ");
}

/** Safe to paste: anything but plain names stands in single quotes. */
export function quoted(word: string): string {
  return /^[\w./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
