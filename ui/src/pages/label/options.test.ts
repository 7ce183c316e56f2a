import { expect, test } from "vitest";
import { hinders, indexOf, modeSays, optionsOf, queuePath, ruleIds, wordOf } from "./options.ts";

test("each kind of question has its options, those of the queue first", () => {
  expect(optionsOf({ kind: "yes-no", options: [] }).map(({ word }) => word)).toEqual(["yes", "no"]);
  expect(optionsOf({ kind: "scale", options: ["1", "2", "3"] })).toHaveLength(3);
  expect(optionsOf({ kind: "choice", options: ["billing"] })).toEqual([{ word: "billing", value: "billing" }]);
  expect(optionsOf({ kind: "text", options: ["ignored"] })).toEqual([]);
});

test("a stored value is found again, also where yes is stored as true", () => {
  const options = optionsOf({ kind: "yes-no", options: [] });
  expect([indexOf("yes-no", options, true), indexOf("yes-no", options, "no"), indexOf("yes-no", options, undefined)]).toEqual([0, 1, -1]);
  expect(indexOf("scale", optionsOf({ kind: "scale", options: [] }), 4)).toBe(3);
  expect([wordOf("yes-no", false), wordOf("choice", { queue: "billing" })]).toEqual(["no", "billing"]);
});

test("nothing empty is committed", () => {
  expect([hinders({ kind: "text", options: [] }, "  "), hinders({ kind: "choice", options: ["a"] }, undefined)].every(Boolean)).toBe(true);
  expect([hinders({ kind: "text", options: [] }, "a"), hinders({ kind: "choice", options: ["a"] }, "a")]).toEqual([null, null]);
});

test("rules are lines that begin with an id", () => {
  expect(ruleIds("# Queues\nR1: a refund is returns\n- R2: b\n**R3**: c\nSee R4: no\nR1: again\nr6: small")).toEqual(["R1", "R2", "R3"]);
});

test("assisted labelling says what it costs, and an address holds any name", () => {
  expect(modeSays("assisted", true)).toContain("never count for gates");
  expect(modeSays("blind", true)).not.toBe(modeSays("blind", false));
  expect(queuePath("a b", "disputes")).toBe("/label/a%20b/disputes");
});
