// One criterion as a reader sees it: what it promises, what would decide it.
import type { CriterionVerdict, MoreCases } from "../api/contract.ts";
import { amount, count, isLimit, rate, unitOf } from "./number.ts";

/** What the numbers promise, as a person would say it; null for what is counted or unknown. */
export function promise(criterion: CriterionVerdict): string | null {
  const of100 = criterion.promise_of_100 ?? null;
  const unit = unitOf(criterion);
  if (unit === "rate" && of100 !== null) {
    return isLimit(criterion) ? `at most ${100 - of100} of 100` : `at least ${of100} of 100`;
  }
  if (unit === "ms" || unit === "usd") {
    if (of100 !== null) return `at least ${of100} of 100 within ${amount(unit, criterion.bound)}`;
    return criterion.upper === null ? null : `at most ${amount(unit, criterion.upper)}`;
  }
  if (unit === "gain" && criterion.lower !== null) {
    return criterion.lower >= 0.005
      ? `at least ${rate(criterion.lower)} above the baseline`
      : "no gain over the baseline yet";
  }
  return null;
}

/** How many more cases would decide, or why none would; null once it is decided. */
export function wouldDecide(criterion: CriterionVerdict): string | null {
  const more = criterion.more;
  if (criterion.verdict !== "undecided" || !more) return null;
  if (more.expected === null) {
    return `too close to the ${isLimit(criterion) ? "limit" : "floor"} to be decided by more cases`;
  }
  const noun = more.expected === 1 ? "case" : "cases";
  return `about ${count(more.expected)} more ${noun}${range(more)} would decide, toward ${more.toward}`;
}

function range({ soonest, latest }: MoreCases): string {
  if (soonest === null) return "";
  return latest === null ? ` (${count(soonest)} or more)` : ` (${count(soonest)} to ${count(latest)})`;
}

/** What would turn the verdict round, in one line. */
export function flips(criterion: CriterionVerdict): string {
  const decide = wouldDecide(criterion);
  if (decide) return decide;
  if (criterion.verdict === "undecided") return criterion.note ?? "more cases";
  const unit = unitOf(criterion);
  const bound = amount(unit, criterion.bound);
  const word = isLimit(criterion) ? "limit" : "floor";
  if (criterion.verdict === "pass") {
    if (unit === "count") return criterion.bound === 0 ? "one failure" : `more than ${bound} failures`;
    const edge = isLimit(criterion) ? criterion.upper : criterion.lower;
    return edge === null ? `a stricter ${word}` : `a ${word} ${isLimit(criterion) ? "below" : "above"} ${amount(unit, edge)}`;
  }
  if (unit === "count") return "a variant that does not fail on these cases";
  const edge = isLimit(criterion) ? criterion.lower : criterion.upper;
  return edge === null ? "a better variant" : `a better variant; this one reaches ${amount(unit, edge)} at best`;
}

/** Notes and failed cases, in short pieces. */
export function remarks(criterion: CriterionVerdict): string[] {
  const said: string[] = [];
  if (criterion.advisory) said.push("advisory: never changes the verdict");
  if (criterion.note) said.push(criterion.note);
  const failed = criterion.failed_cases ?? [];
  if (criterion.verdict !== "pass" && failed.length > 0) {
    said.push(`failed ${failed.length === 1 ? "case" : "cases"}: ${failed.join(", ")}`);
  }
  return said;
}

export function nameOf(criterion: Pick<CriterionVerdict, "name" | "segment">): string {
  return criterion.segment ? `${criterion.name} (${criterion.segment})` : criterion.name;
}

/** `tag=hard` is `hard`, `metadata.segment=app` is `segment=app`. */
export function group(name: string): string {
  return name.replace(/^(tag=|metadata\.)/, "");
}
