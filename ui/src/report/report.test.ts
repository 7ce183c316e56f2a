import { expect, test } from "vitest";
import type { CriterionVerdict, Report, VariantReport } from "../api/contract.ts";
import { groupFilter, measuredMetric } from "./metric.ts";

const criterion = (demand: string, bound: number, more: Partial<CriterionVerdict> = {}): CriterionVerdict => ({
  name: "c", demand, metric: "right", bound, verdict: "pass", advisory: false, n: 40, n_trials: 40, n_errors: 0,
  n_undecided: 0, estimate: 0.9, lower: 0.8, upper: 0.96, method: "betting", ...more,
});

const variant = (criteria: CriterionVerdict[]) => ({
  metrics: [{ name: "right", mean: 0.9, lower: 0.85, upper: 0.95, n: 40, n_right: 36, n_undecided: 0, undecided_example: null }],
  verdict: { verdict: "pass", candidate: 1, alpha_pass: 0.05, alpha_fail: 0.05, criteria },
}) as unknown as VariantReport;

const report = { primary_metric: "right" } as Report;

test("the interval that judged stands before the one that only measured", () => {
  const judged = measuredMetric(report, variant([criterion("right at least 0.85", 0.85)]));
  expect(judged).toMatchObject({ lower: 0.8, floor: 0.85, n: 40 });
});

test("a criterion on a part of the cases is not the floor of all of them", () => {
  const some = [criterion("right at least 0.7", 0.7, { segment: "app" }), criterion("right never fails, where tag=x", 0), criterion("right at least 0.9, where tag=x", 0.9)];
  expect(measuredMetric(report, variant(some))).toMatchObject({ lower: 0.85, floor: null });
});

test("a group of the map leads to its answers", () => {
  expect(groupFilter("tag=hard")).toEqual({ tag: "hard" });
  expect(groupFilter("metadata.segment=a=b")).toEqual({ field: "metadata.segment", value: "a=b" });
});
