import { expect, test } from "vitest";
import type { AgreementShown } from "../../../api/contract.ts";
import { causeWord, measure, sentences } from "./says.ts";

const shown: AgreementShown = {
  n_items: 60, n_labels: 118, n_people: 2,
  raw: { metric: "agreement", estimate: 0.9, lower: 0.8, upper: 0.95, floor: null, n: 58, unit: "rate", demand: null },
  measures: [], base_rates: [{ value: "billing", share: 0.8, n: 94 }, { value: "returns", share: 0.2, n: 24 }], pairs: [], by_day: [],
  causes: [{ cause: "slip", n: 1 }, { cause: "guideline-gap", n: 4 }], self: null, assisted: null, note: "",
};

test("agreement is said with its interval and its n, and chance is named where one value is common", () => {
  const said = sentences(shown);
  expect(said[0]).toContain("90 of 100 items (0.90 [0.80, 0.95], n 58)");
  expect(said[1]).toContain("80 of 100 labels (n 94)");
  expect(said[2]).toContain("4 came from: gap in the guideline");
});

test("without two labels on one item nothing is claimed", () => {
  expect(sentences({ ...shown, raw: null, n_labels: 12, n_people: 1 })).toEqual(["12 labels by 1 person; nothing was labelled by two people yet, so agreement is not known."]);
  expect(sentences({ ...shown, raw: null, n_labels: 0, n_people: 0 })).toEqual(["Nobody has labelled anything yet."]);
});

test("a measure may be below nothing and a side may be unknown", () => {
  expect(measure({ value: -0.1, lower: -0.3, upper: 0.1 })).toBe("−0.10 [−0.30, 0.10]");
  expect(measure({ value: 0.5, lower: null, upper: 0.9 })).toBe("0.50 [?, 0.90]");
  expect(measure({ value: null, lower: null, upper: null })).toBe("not known");
  expect([causeWord("slip"), causeWord("other")]).toEqual(["slip", "other"]);
});
