// Pure. Which two are compared where the address does not say it.
import type { RunSummary, ShownRun } from "../../api/contract.ts";

export type Sides = readonly [first: string, second: string];

/** Two variants of a run: the baseline, and the variant that its headline speaks about. */
export function variantSides({ summary, report }: ShownRun, first?: string, second?: string): Sides {
  const from = first ?? report?.baseline ?? summary.variants[0] ?? "";
  const headline = report?.headline.variant;
  const other = headline && headline !== from ? headline : summary.variants.find((name) => name !== from);
  return [from, second ?? other ?? ""];
}

/** Two runs: the newest, and the one before it on the same kind of cases. */
export function runSides(runs: readonly RunSummary[], first?: string, second?: string): Sides {
  const to = runs.find(({ id }) => id === second) ?? runs.find(({ id }) => id !== first);
  const older = to ? runs.slice(runs.indexOf(to) + 1) : [];
  const from = older.find(({ scope, feature }) => scope === to?.scope && feature === to?.feature);
  return [first ?? from?.id ?? "", second ?? to?.id ?? ""];
}

/** By which variant two runs are compared: the one that the later headline speaks about if both have it, else one of both. */
export function variantOfBoth(before: readonly string[] | undefined, after: readonly string[], asked?: string, headline?: string | null): { variant?: string; shared: readonly string[] } {
  const shared = before ? after.filter((name) => before.includes(name)) : after;
  return { variant: [asked, headline ?? undefined].find((name) => name !== undefined && shared.includes(name)) ?? shared[0], shared };
}
