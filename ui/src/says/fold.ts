// Pure. Repeats of a case folded into one: equal answers stand together, the most frequent first.
import type { Json } from "../api/contract.ts";

export interface Folded<A> {
  answer: A;
  n: number;
}

export function fold<A>(answers: readonly A[], sameAs: (answer: A) => Json): Folded<A>[] {
  const groups = new Map<string, Folded<A>>();
  for (const answer of answers) {
    const key = JSON.stringify(ordered(sameAs(answer)));
    const group = groups.get(key);
    if (group) group.n += 1;
    else groups.set(key, { answer, n: 1 });
  }
  return [...groups.values()].sort((first, second) => second.n - first.n);
}

/** The same object with its fields in order, so that it equals its twin. */
function ordered(value: Json): Json {
  if (Array.isArray(value)) return value.map(ordered);
  if (typeof value !== "object" || value === null) return value;
  const fields = Object.entries(value).sort(([first], [second]) => (first < second ? -1 : 1));
  return fields.map(([name, each]) => [name, ordered(each)]);
}
