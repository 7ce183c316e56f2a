import { expect, test } from "vitest";
import { inside } from "./Go.tsx";
import { domainOf, percent } from "./scale.ts";
import { textOf } from "./value.ts";

const measured = (estimate: number, lower: number, upper: number, floor: number | null = null) => ({ estimate, lower, upper, floor, unit: "rate" as const });

test("rows on one line keep everything inside it", () => {
  const rows = [measured(0.91, 0.86, 0.95, 0.9), measured(0.5, 0.4, 0.6, 0.85)];
  const domain = domainOf(rows);
  expect(domain[0]).toBeLessThan(0.4);
  expect(domain[1]).toBe(1);
  expect(percent(0.4, domain)).toBeGreaterThan(0);
  expect(percent(2, domain)).toBe(100);
});

test("a gain has its zero in the middle", () => {
  const domain = domainOf([{ estimate: 0.04, lower: -0.1, upper: 0.2, floor: null, unit: "gain" }]);
  expect(percent(0, domain)).toBe(50);
});

test("an empty line does not divide by nothing", () => {
  expect(percent(1, [0, 0])).toBe(50);
  expect(domainOf([])).toEqual([0, 1]);
});

test("an answer with one field is that field, anything else stays what it is", () => {
  expect(textOf({ queue: "billing" })).toBe("billing");
  expect(textOf({ a: 1, b: 2 })).toBe('{"a":1,"b":2}');
  expect(textOf("<img src=x onerror=alert(1)>")).toBe("<img src=x onerror=alert(1)>");
  expect(textOf(null)).toBe("");
});

test("a link never leaves the application", () => {
  expect(["/gate?feature=a", "//evil.example", "https://evil.example", "javascript:alert(1)", "/\\evil.example"].map(inside))
    .toEqual(["/gate?feature=a", "/today", "/today", "/today", "/today"]);
});
