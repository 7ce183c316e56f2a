// Pure. A report in the words of somebody who decides: one sentence and one number for each variant.
import type { CriterionVerdict, Report, VariantReport } from "../../api/contract.ts";
import { flips, promise } from "../../says/criterion.ts";
import { isLimit, unitOf } from "../../says/number.ts";

/** The criterion that a variant is known by: the one over all cases on the metric of the feature. */
export function mainCriterion(report: Report, variant: VariantReport): CriterionVerdict | null {
  const criteria = variant.verdict?.criteria ?? [];
  const whole = criteria.filter((criterion) => !criterion.segment && !criterion.advisory);
  return whole.find(({ metric }) => metric === report.primary_metric) ?? whole[0] ?? criteria[0] ?? null;
}

/** What can be said of a variant today, sentence first: the part in bold and what follows. */
export function standing(criterion: CriterionVerdict | null): { says: string; strong: string | null } {
  if (!criterion) return { says: "no criterion judges it", strong: null };
  if (unitOf(criterion) === "rate" && !isLimit(criterion)) {
    if (criterion.verdict === "fail" && criterion.upper !== null) {
      const most = `at most ${Math.floor(criterion.upper * 100 + 1e-9)} of 100`;
      return { says: `${most} right`, strong: most };
    }
    const of100 = criterion.promise_of_100 ?? null;
    if (of100 !== null) {
      const part = `${of100} of 100`;
      return { says: criterion.verdict === "pass" ? `at least ${part} right` : `today we can promise ${part}`, strong: part };
    }
  }
  const promised = promise(criterion);
  return { says: promised ?? criterion.demand, strong: promised };
}

/** The part of a headline that people remember. */
export function strongPart(sentence: string): string | null {
  return /\d+ of 100/.exec(sentence)?.[0] ?? null;
}

/** What keeps a variant from passing: the other criteria that do not hold, and what would turn the main one. */
export function remarks(variant: VariantReport, main: CriterionVerdict | null): string[] {
  const open = (variant.verdict?.criteria ?? []).filter((criterion) => criterion !== main && !criterion.advisory && criterion.verdict !== "pass");
  const names = [...new Set(open.map(({ name }) => name))];
  return [
    ...(main && main.verdict !== "pass" ? [flips(main)] : []),
    ...(names.length > 0 ? [`also not passed: ${names.join(", ")}`] : []),
  ];
}
