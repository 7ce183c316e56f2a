import { expect, test } from "vitest";
import { linesOfContent } from "./content.ts";

test("the order of fields is no difference, deep inside too", () => {
  expect(linesOfContent({ b: 1, a: [{ d: 1, c: 2 }] })).toBe(linesOfContent({ a: [{ c: 2, d: 1 }], b: 1 }));
});

test("text stays as it was written", () => {
  expect(linesOfContent("You answer.\nShortly.")).toBe("You answer.\nShortly.");
  expect(linesOfContent(null)).toBe("null");
});
