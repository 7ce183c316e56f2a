// What the page Live says, as tables of cases.
import { expect, test } from "vitest";
import type { LiveFigure, LiveSum } from "../../api/contract.ts";
import { correctedWords } from "./Figures.tsx";
import { askOf, filled, longer, windowOf } from "./windows.ts";
import { costWords, firstRequest, ripeAfter, shareWords } from "./words.ts";

test("a share never stands without its n and interval", () => {
  expect(shareWords({ numerator: 12, denominator: 3400, value: 0.0035, lower: 0.002, upper: 0.006 })).toBe("12 of 3,400 · 0.00 [0.00, 0.01]");
  expect(shareWords({ numerator: 0, denominator: 0, value: null, lower: null, upper: null })).toBe("nothing yet");
});

test("unknown cost is unknown, and simulated answers are no money", () => {
  const sum = (changed: Partial<LiveSum>) => ({ n: 10, n_simulated: 0, cost_usd: 0.5, simulated_usd: 0, n_cost_unknown: 0, ...changed }) as LiveSum;
  expect(costWords(sum({}))).toBe("$0.50");
  expect(costWords(sum({ n_cost_unknown: 3 }))).toBe("$0.50, unknown for 3");
  expect(costWords(sum({ n_cost_unknown: 10 }))).toBe("unknown");
  expect(costWords(sum({ n_simulated: 10, simulated_usd: 0.2, cost_usd: 0 }))).toBe("no money; as real answers $0.20");
});

test("spans without anything are there, and a window ends", () => {
  const spans = filled([{ at_ms: 20, n: 3 }], 0, 35, 10);
  expect(spans.map(({ at_ms, point }) => [at_ms, point?.n])).toEqual([[0, undefined], [10, undefined], [20, 3], [30, undefined]]);
  expect(filled([], 0, 1e12, 1).length).toBe(200);
});

test("an odd window is the usual one", () => {
  expect(windowOf("century")).toBe("7d");
  expect(askOf("24h")).toEqual({ hours: 24 });
  expect(longer("90d")).toBe("24h");
});

test("ripening is said in hours or minutes", () => {
  expect([0, 600_000, 86_400_000].map(ripeAfter)).toEqual(["counted at once", "ripe after 10 min", "ripe after 24 h"]);
});

test("the first request names the feature", () => {
  expect(firstRequest("http://127.0.0.1:7878", "triage")).toContain('"model":"triage"');
});

test("a corrected rate says by how many pairs, and a refusal why there is none", () => {
  const of = (corrected: LiveFigure["corrected"]) => correctedWords({ corrected } as LiveFigure);
  const known = { precision: 0.9, recall: 0.8, n_labelled: 70, rate: 0.227, interval: { lower: 0.1, upper: 0.4 }, refusal: null };
  expect(of(null)).toBe("");
  expect(of(known)).toBe("0.23 [0.10, 0.40] by 70 labelled pairs");
  expect(of({ ...known, rate: null, interval: null, refusal: "no labels" })).toBe("no labels");
});
