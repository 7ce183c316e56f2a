import { expect, test } from "vitest";
import { underFloor } from "./amend.ts";

test("another floor is judged as the gate judges", () => {
  const measured = { lower: 0.86, upper: 0.95 };
  expect([0.8, 0.86, 0.9, 0.95, 0.96].map((floor) => underFloor(measured, floor))).toEqual(["pass", "pass", "undecided", "undecided", "fail"]);
});

test("without a bound nothing is decided", () => {
  expect(underFloor({ lower: null, upper: null }, 0.5)).toBe("undecided");
});
