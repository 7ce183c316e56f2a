import { expect, test } from "vitest";
import { commandOf, quoted } from "./command.ts";
import type { RunSummary, ShownRun } from "../../api/contract.ts";
import { runSides, variantOfBoth, variantSides } from "./sides.ts";
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

const shown = { summary: { variants: ["a", "b", "rules"] }, report: { baseline: "rules", headline: { variant: "b" } } } as unknown as ShownRun;

test("a run is opened on its baseline beside the variant of its headline", () => {
  expect(variantSides(shown)).toEqual(["rules", "b"]);
  expect(variantSides(shown, "b")).toEqual(["b", "a"]);
  expect(variantSides({ ...shown, report: null })).toEqual(["a", "b"]);
});

test("the newest run stands beside the one before it on the same kind of cases", () => {
  const run = (id: string, scope: string) => ({ id, scope, feature: "x" }) as RunSummary;
  const runs = [run("4", "tune"), run("3", "held-out"), run("2", "tune"), run("1", "held-out")];
  expect(runSides(runs)).toEqual(["2", "4"]);
  expect(runSides(runs, undefined, "3")).toEqual(["1", "3"]);
  expect(runSides([run("1", "tune")])).toEqual(["", "1"]);
  expect(runSides([])).toEqual(["", ""]);
});

test("two runs are compared by a variant that both have", () => {
  expect(variantOfBoth(["a", "rules"], ["b", "a", "rules"], undefined, "b")).toEqual({ variant: "a", shared: ["a", "rules"] });
  expect(variantOfBoth(["a", "b"], ["b", "a"], undefined, "b").variant).toBe("b");
  expect(variantOfBoth(["a", "b"], ["b", "a"], "a", "b").variant).toBe("a");
  expect(variantOfBoth(["a"], ["b"], "a", "b").variant).toBeUndefined();
  expect(variantOfBoth(undefined, ["b"], undefined, null).variant).toBe("b");
});
