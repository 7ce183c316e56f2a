import { expect, test } from "vitest";
import { fold } from "./fold.ts";

test("equal answers fold whatever the order of their fields, and the most frequent stands first", () => {
  const answers = [{ a: 1, b: 2 }, { b: 3 }, { b: 3 }, { b: 2, a: 1 }, { b: 3 }];
  expect(fold(answers, (answer) => answer)).toEqual([{ answer: { b: 3 }, n: 3 }, { answer: { a: 1, b: 2 }, n: 2 }]);
});

test("a number and its text are not the same answer", () => {
  expect(fold([1, "1"], (answer) => answer)).toHaveLength(2);
  expect(fold([], (answer) => answer)).toEqual([]);
});
