import { expect, test } from "vitest";
import type { CriterionVerdict } from "../api/contract.ts";
import { flips, promise, wouldDecide } from "./criterion.ts";
import { amount, count, gain, milliseconds, plural, usd, withInterval } from "./number.ts";
import { ago, span, writtenDay } from "./time.ts";

const criterion: CriterionVerdict = {
  name: "correct", demand: "right-queue at least 0.85", metric: "right-queue", bound: 0.85, verdict: "undecided",
  advisory: false, n: 60, n_trials: 60, n_errors: 0, n_undecided: 0, estimate: 0.88, lower: 0.8, upper: 0.93, method: "betting",
};

test("amounts read as the terminal writes them", () => {
  expect([usd(0), usd(0.0031), usd(0.00021), usd(12.3)]).toEqual(["$0", "$0.0031", "$0.00021", "$12.30"]);
  expect([milliseconds(0.02), milliseconds(640), milliseconds(2100), milliseconds(90_000)]).toEqual(["under 1 ms", "640 ms", "2.1 s", "1.5 min"]);
  expect([count(999), count(10_000), count(1_234_567)]).toEqual(["999", "10,000", "1,234,567"]);
  expect([gain(0.04), gain(-0.12), gain(-0.001)]).toEqual(["+0.04", "−0.12", "+0.00"]);
  expect([plural(1, "case"), plural(1200, "case")]).toEqual(["1 case", "1,200 cases"]);
  expect(amount("count", 3)).toBe("3");
});

test("a side of an interval that nobody knows is a question mark", () => {
  expect(withInterval("rate", { estimate: 0.5, lower: 0.25, upper: null })).toBe("0.50 [0.25, ?]");
  expect(withInterval("ms", { estimate: null, lower: 1800, upper: null })).toBe("unknown [1.8 s, ?]");
  expect(withInterval("count", { estimate: 2, lower: null, upper: null })).toBe("2");
  expect(withInterval("rate", { estimate: null, lower: null, upper: null })).toBe("–");
});

test("a promise speaks of a hundred, and a limit turns it round", () => {
  expect(promise({ ...criterion, promise_of_100: 80 })).toBe("at least 80 of 100");
  expect(promise({ ...criterion, metric: "error-rate", demand: "error-rate at most 0.05", promise_of_100: 97 })).toBe("at most 3 of 100");
  expect(promise({ ...criterion, demand: "right-queue never fails", promise_of_100: null })).toBeNull();
});

test("what would decide names its range and its direction", () => {
  const more = { toward: "pass" as const, expected: 410, soonest: 120, latest: null };
  expect(wouldDecide({ ...criterion, more })).toBe("about 410 more cases (120 or more) would decide, toward pass");
  expect(wouldDecide({ ...criterion, more: { ...more, expected: null } })).toMatch(/too close to the floor/);
  expect(wouldDecide({ ...criterion, verdict: "pass", more })).toBeNull();
});

test("a verdict says what would turn it round", () => {
  expect(flips({ ...criterion, verdict: "pass", lower: 0.91 })).toBe("a floor above 0.91");
  expect(flips({ ...criterion, verdict: "pass", demand: "leak never fails", bound: 0 })).toBe("one failure");
  expect(flips({ ...criterion, verdict: "fail", upper: 0.81 })).toBe("a better variant; this one reaches 0.81 at best");
});

test("time is said as people say it", () => {
  const now = new Date(2026, 10, 23, 12).getTime();
  expect([ago(now - 1000, now), ago(now - 300_000, now), ago(now - 86_400_000, now)]).toEqual(["just now", "5 minutes ago", "yesterday"]);
  expect([span(0), span(59), span(720), span(7500)]).toEqual(["1 s", "59 s", "12 min", "2 h 5 min"]);
  expect(writtenDay("soon")).toBe("soon");
});
