import { expect, test } from "vitest";
import { settledOf, sides, UNSETTLED } from "./settling.ts";

const label = (value: unknown, comment: string | null = null) => ({ value, correction: null, comment, rules: [] });

test("a dispute is settled by a value and a cause, never by one alone", () => {
  expect(settledOf("q", "i", { ...UNSETTLED, cause: "slip" })).toHaveProperty("missing");
  expect(settledOf("q", "i", { ...UNSETTLED, value: "a" })).toHaveProperty("missing");
  expect(settledOf("q", "i", { value: false, cause: "slip", note: " " })).toEqual({ wish: { queue: "q", item: "i", value: false, cause: "slip" } });
  expect(settledOf("q", "i", { value: "a", cause: "ambiguity", note: "both" })).toMatchObject({ wish: { note: "both" } });
});

test("labels of one value stand together", () => {
  expect(sides("choice", [label("a"), label("b"), label("a", "late")]).map(({ word, labels }) => [word, labels.length])).toEqual([["a", 2], ["b", 1]]);
  expect(sides("yes-no", [label(true), label(false)]).map(({ word }) => word)).toEqual(["yes", "no"]);
});
