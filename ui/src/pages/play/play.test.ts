import { expect, test } from "vitest";
import type { PlayAnswer, PlayCell, PlayInput, PlayStart, PlayVariant } from "../../api/contract.ts";
import { groupsOf, inWords, marksOf, sameness } from "./answers.ts";
import { isSimulated, settled } from "./cells.ts";
import { asAnswer, knownAnswers } from "./case.ts";
import { choose, column, drawn, nextRepeats, toggled } from "./choice.ts";
import { variables, variablesIn } from "./draft.ts";
import { ownRow, refusal, wishOf } from "./wishes.ts";

test("variables are what a prompt asks for, not what it makes itself", () => {
  const cases: [string, string[]][] = [
    ["{{ message }}", ["message"]],
    ["{{message}} {{ message }} {{- order.id -}}", ["message", "order"]],
    ["{% for line in lines %}{{ line.text }}{{ loop.index }}{% endfor %}", ["lines"]],
    ["{% if vip and not spam %}{{ name | upper }}{% endif %}", ["vip", "spam", "name"]],
    ["{{ name | default(\"you\") }}", ["name"]],
    ["{ not a variable } {{ }}", []],
    ["{% set greeting = 'Hi' %}{{ greeting }} {{ who }}", ["who"]],
  ];
  for (const [text, expected] of cases) expect(variablesIn(text)).toEqual(expected);
  expect(variables("{{ mesage }}", ["message"])).toEqual({ used: ["mesage"], missing: ["mesage"], unused: ["message"] });
});

const input = (case_id: string, text: string, tags: string[] = [], expected: unknown = { queue: "billing" }): PlayInput => ({ case_id, input: { message: text }, expected, tags });
const variant = (name: string, more: Partial<PlayVariant> = {}): PlayVariant => ({ name, kind: "chat", model: null, is_baseline: false, can_run_new: true, simulated: null, has_prompt: true, ...more });
const start: PlayStart = {
  feature: "f", about: "", input_fields: ["message"], models: [], trials: 5, answers_hidden: "",
  inputs: [input("t-1", "refund"), input("t-2", "Parcel", ["hard"]), input("t-3", "parcel two")],
  variants: [variant("live"), variant("old", { can_run_new: false, has_prompt: false }), variant("big"), variant("third"), variant("rules", { is_baseline: true, has_prompt: false })],
};
const none = { variants: undefined, repeats: undefined, inputs: undefined, cases: undefined, find: undefined, tag: undefined, cap: undefined };
const keys = (asked: Partial<typeof none> | Record<string, string>) => choose(start, { ...none, ...asked }).columns.map(({ key }) => key);
const ids = (asked: Record<string, string>) => choose(start, { ...none, ...asked }).cases.map(({ case_id }) => case_id);

test("the baseline and two variants that can answer anything stand side by side until somebody chooses", () => {
  expect(keys({})).toEqual(["live", "big", "rules"]);
  expect(keys({ variants: "rules old unknown" })).toEqual(["old", "rules"]);
  expect(keys({ variants: "live* live old*" })).toEqual(["live", "live*"]);
});

test("a column comes and goes, and none at all is a choice too", () => {
  const { columns } = choose(start, none);
  expect(toggled(columns, column("live", true))).toBe("live big rules live*");
  expect(toggled([column("live")], column("live"))).toBe(".");
  expect(keys({ variants: "." })).toEqual([]);
});

test("inputs are found by text and tag, or named one by one", () => {
  expect(ids({ find: "PARCEL" })).toEqual(["t-2", "t-3"]);
  expect(ids({ tag: "hard" })).toEqual(["t-2"]);
  expect(ids({ inputs: "2" })).toEqual(["t-1", "t-2"]);
  expect(ids({ cases: "t-3,t-1,t-9", inputs: "1" })).toEqual(["t-1", "t-3"]);
});

test("numbers in an address that make no sense fall back", () => {
  expect(["0", "-1", "x", "2.5", "99"].map((repeats) => choose(start, { ...none, repeats }).repeats)).toEqual([5, 5, 5, 5, 20]);
  expect([1, 3, 5, 7, 10].map(nextRepeats)).toEqual([3, 5, 10, 10, 1]);
});

test("drawing by chance takes no input twice", () => {
  expect(drawn(start.inputs, 2, () => 0.99).map(({ case_id }) => case_id)).toEqual(["t-2", "t-3"]);
  expect(drawn(start.inputs, 9, () => 0)).toHaveLength(3);
});

test("a draft stands beside what is saved, and the order of the columns tells them apart", () => {
  const rows = [{ key: "t-1", case_id: "t-1", input: {}, expected: null, tags: [] }, ownRow({ message: "mine" })];
  const columns = [column("live"), column("live", true), column("rules"), column("big", true)];
  const wish = wishOf("f", rows, { columns, repeats: 3, cap_usd: 5 }, { live: { text: "New", model: "" }, big: { text: "Other", model: "a/b" } });
  expect(wish).toEqual({
    feature: "f", trials: 3, cap_usd: 5, inputs: [{ case_id: "t-1" }, { input: { message: "mine" } }],
    variants: [{ name: "live" }, { name: "live", draft: { prompt: "New" } }, { name: "rules" }, { name: "big", draft: { prompt: "Other", model: "a/b" } }],
  });
});

test("more than a call takes is said before it is sent", () => {
  expect([refusal(12, 3), refusal(20, 6)]).toEqual([null, null]);
  expect([refusal(0, 3), refusal(3, 0), refusal(21, 1), refusal(1, 7)].map((says) => says?.split(" ")[0])).toEqual(["Choose", "Choose", "At", "At"]);
});

const answer = (output: unknown, is_right: boolean | null, failure: string | null = null): PlayAnswer => ({ output, failure, latency_ms: 1, cost_usd: 0, is_right, why: null, simulated: false });
const cell = (answers: PlayAnswer[], n = answers.length, groups: PlayCell["groups"] = []): PlayCell => ({ input_index: 0, variant: "v", variant_index: 0, answers, n_done: answers.length, n, groups });

test("equal answers are folded, the most frequent first and failures last", () => {
  const five = cell([answer(null, false, "no reply"), answer({ a: 1, b: 2 }, false), answer('{"b": 2, "a": 1}', false), answer("x", true), answer(" x ", true)]);
  expect(groupsOf(five).map(({ answers, failure }) => [answers.length, failure])).toEqual([[2, null], [2, null], [1, "no reply"]]);
  expect(groupsOf(cell([answer("b", true), answer("a", true)], 2, [{ output: "a", n: 1 }]))[0]?.output).toBe("a");
});

test("a cell says how many are the same and how many are right", () => {
  const four = [answer("a", true), answer("a", true), answer("b", false), answer("a", true)];
  const whole = cell(four);
  expect([sameness(whole, groupsOf(whole)), inWords(whole)]).toEqual(["3 of 4 the same", "3 of 4 right"]);
  const part = cell(four, 5);
  expect([sameness(part, groupsOf(part)), inWords(part)]).toEqual(["4 of 5 so far", "3 of 5 right, 1 still to come"]);
  expect(marksOf(part).at(-1)).toBe("waiting");
  const one = cell([answer("a", null)]);
  expect([sameness(one, groupsOf(one)), inWords(one)]).toEqual([null, "1 of 1 answered, no desired answer known"]);
  const failed = cell([answer(null, false, "e"), answer(null, false, "e")]);
  expect(sameness(failed, groupsOf(failed))).toBe("no answer");
});

test("a typed answer takes the shape of the others", () => {
  expect(asAnswer("returns", start.inputs)).toEqual({ queue: "returns" });
  expect(asAnswer('{"queue": "a"}', start.inputs)).toEqual({ queue: "a" });
  expect(asAnswer("returns", [input("a", "", [], "billing")])).toBe("returns");
  expect(asAnswer("7", [input("a", "", [], 3)])).toBe(7);
  expect(asAnswer(" ", start.inputs)).toBeNull();
  expect(knownAnswers(start.inputs)).toEqual([['{"queue":"billing"}', "billing"]]);
});

test("what a draft answered is the variant's once it is saved, and what it answered before is gone", () => {
  const kept = new Map([["r\nlive", 1], ["r\nlive*", 2], ["r\nbig", 3]]);
  expect([...settled(kept, "live", "live*", true)]).toEqual([["r\nlive", 2], ["r\nbig", 3]]);
  expect([...settled(kept, "live", "live*", false)]).toEqual([["r\nbig", 3]]);
  expect([...settled(new Map([["live*", 1]]), "live", "live*", true)]).toEqual([["live", 1]]);
});

test("a column is simulated once one of its answers is", () => {
  const cells = new Map([["r\nlive", cell([{ ...answer("a", true), simulated: true }])], ["r\nbig", cell([answer("a", true)])]]);
  expect([isSimulated(cells, "live"), isSimulated(cells, "big")]).toEqual([true, false]);
});
