import { expect, test } from "vitest";
import type { Comparison } from "../api/contract.ts";
import { inNumbers, inWords } from "./difference.ts";

const compared: Comparison = {
  first: "rules", second: "model", metric: "right", n: 186, only_first: null, only_second: null,
  difference: 0.286, lower: 0.159, upper: 0.426, mcnemar_p: null, mcnemar_p_holm: null, outcome: "second-better",
};

test("a clear difference names who is ahead and rounds its sides outwards", () => {
  const { strong, rest } = inWords(compared);
  expect(strong).toBe("model is better than rules");
  expect(rest).toMatch(/by 29 points in 100, at least 15 and at most 43/);
});

test("the one behind is named second whichever side it stood on", () => {
  const { strong, rest } = inWords({ ...compared, outcome: "first-better", difference: -0.286, lower: -0.426, upper: -0.159 });
  expect(strong).toBe("rules is better than model");
  expect(rest).toMatch(/at least 15 and at most 43/);
});

test("what the cases do not tell apart is too close to call", () => {
  const { strong, rest } = inWords({ ...compared, outcome: "too-close-to-call", difference: 0.04, lower: -0.12, upper: 0.21 });
  expect(strong).toBe("Too close to call.");
  expect(rest).toMatch(/12 points worse than rules or 21 points better/);
});

test("a number never stands without its n", () => {
  expect(inNumbers(compared)).toBe("+0.29 [+0.16, +0.43] · n 186");
});
