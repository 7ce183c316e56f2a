import { expect, test } from "vitest";
import { type Command, find } from "./commands.ts";
import { address, parseSearch } from "./search.ts";

const command = (says: string, of = "page"): Command => ({ id: says, says, of, run: () => {} });
const found = (typed: string, ...says: string[]) => find(says.map((each) => command(each)), typed).map(({ says }) => says);

test("the palette finds words by their beginnings, in any order", () => {
  expect(found("ga tri", "Gate of triage", "Open Gate", "Triage data")).toEqual(["Gate of triage"]);
  expect(found("gate", "Promote a gateway", "Open Gate", "Gate")).toEqual(["Gate", "Open Gate", "Promote a gateway"]);
  expect(found("", "b", "a")).toEqual(["b", "a"]);
  expect(found("zzz", "a")).toEqual([]);
});

test("an address carries its values as text and leaves empty ones out", () => {
  expect(address("/evals", { feature: "a b", verdict: undefined, scope: "" })).toBe("/evals?feature=a+b");
  expect(parseSearch("?run=12&feature=a+b")).toEqual({ run: "12", feature: "a b" });
});
