import { expect, test } from "vitest";
import { commandOf, quoted } from "./command.ts";
import { chosenOf } from "./StartForm.tsx";

test("a wish reads as the command that does the same", () => {
  expect(commandOf({ feature: "triage", variants: ["a", "b c"], trials: 3, rescore: true }, true))
    .toBe("karat gate triage --variant a --variant 'b c' --trials 3 --rescore");
  expect(commandOf({}, false)).toBe("karat eval");
});

test("a name that a shell would read is quoted", () => {
  expect(quoted("it's; rm")).toBe("'it'\\''s; rm'");
});

test("no choice is every variant, and names that are gone are left out", () => {
  expect(chosenOf(["a", "b"], undefined)).toEqual(["a", "b"]);
  expect(chosenOf(["a", "b"], "b,z")).toEqual(["b"]);
  expect(chosenOf(["a", "b"], "none")).toEqual([]);
});
