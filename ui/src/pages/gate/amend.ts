// Pure. What another floor would say about the intervals that are known: the rule of the gate, on today's numbers.
import type { CriterionVerdict, Report, Verdict } from "../../api/contract.ts";

export interface Then {
  variant: string;
  criterion: CriterionVerdict;
  verdict: Verdict;
}

/** Pass where the lower bound reaches the floor, fail where the upper stays below it, else undecided. */
export function underFloor({ lower, upper }: Pick<CriterionVerdict, "lower" | "upper">, floor: number): Verdict {
  if (lower !== null && lower >= floor) return "pass";
  return upper !== null && upper < floor ? "fail" : "undecided";
}

export function consequence(report: Report, criterion: string, floor: number): Then[] {
  return report.variants.flatMap((variant) =>
    (variant.is_baseline ? [] : variant.verdict?.criteria ?? [])
      .filter((judged) => judged.name === criterion)
      .map((judged) => ({ variant: variant.name, criterion: judged, verdict: underFloor(judged, floor) })));
}
