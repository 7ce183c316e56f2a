// Pure. Where the items of a queue stand, in the order in which they get there.
import type { Queue } from "../../api/contract.ts";

export interface Part {
  kind: "gold" | "agreed" | "disputed" | "begun" | "skipped" | "queued";
  n: number;
  word: string;
}

type Counts = Pick<Queue, "n_items" | "n_queued" | "n_agreed" | "n_disputed" | "n_skipped" | "n_gold">;

/** Parts that have any, and how many are agreed and not gold yet. */
export function standing({ n_items, n_queued, n_agreed, n_disputed, n_skipped, n_gold }: Counts): { parts: Part[]; n_ready: number } {
  const n_begun = Math.max(0, n_items - n_queued - n_agreed - n_disputed - n_skipped - n_gold);
  const parts: Part[] = [
    { kind: "gold", n: n_gold, word: "gold" },
    { kind: "agreed", n: n_agreed, word: "agreed" },
    { kind: "disputed", n: n_disputed, word: "disputed" },
    { kind: "begun", n: n_begun, word: "begun" },
    { kind: "skipped", n: n_skipped, word: "skipped" },
    { kind: "queued", n: n_queued, word: "waiting" },
  ];
  return { parts: parts.filter(({ n }) => n > 0), n_ready: n_agreed };
}
