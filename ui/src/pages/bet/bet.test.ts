import { expect, test } from "vitest";
import type { BetColumns, CriterionVerdict, Preview, Report, RulesShown, VariantReport } from "../../api/contract.ts";
import { assign, lacks, roleOf, stillFit } from "./columns.ts";
import { dayAfter, emptyDraft, floorOf, missing, toCreate } from "./draft.ts";
import { groupsOf, share } from "./list.ts";
import { unreadable } from "./rows.ts";
import { mainCriterion, standing } from "./verdict.ts";
import { blank, changed, choices, differ, held, inWords, isEmpty, moved, toSave, withWords } from "./rules.ts";

const names = ["id", "input", "expected", "a", "b", "note"];
const columns: BetColumns = { id: "id", input: ["input"], expected: "expected", answers: ["a", "b"], tags: null, metadata: [] };
const preview: Preview = { format: "csv", n_rows: 40, names, columns, sample: [], problems: [], notes: [], suggested_name: "helpdesk", scorers: [{ kind: "equals", says: "" }], power: null };

test("every column has one role, and those that nobody named are ignored", () => {
  expect(names.map((name) => roleOf(columns, name))).toEqual(["id", "input", "expected", "answers", "answers", "ignore"]);
});

test("a role that only one column can have leaves the one that had it", () => {
  const next = assign(columns, names, "note", "expected");
  expect(next.expected).toBe("note");
  expect(roleOf(next, "expected")).toBe("ignore");
});

test("several columns may be input or answers, in the order of the table", () => {
  expect(assign(columns, names, "note", "input").input).toEqual(["input", "note"]);
  expect(assign(columns, names, "input", "answers").answers).toEqual(["input", "a", "b"]);
  expect(assign(columns, names, "a", "ignore").answers).toEqual(["b"]);
  expect(assign(columns, names, "a", "answers")).toEqual(columns);
});

test("columns that were chosen hold as long as the rows have them", () => {
  expect(stillFit(columns, names)).toBe(true);
  expect(stillFit(columns, ["id", "input"])).toBe(false);
  expect(stillFit(null, names)).toBe(false);
});

test("a bet needs an input and something to judge", () => {
  const bare: BetColumns = { ...columns, answers: [], expected: null };
  expect(lacks(columns, false)).toBeNull();
  expect(lacks({ ...columns, input: [] }, true)).toMatch(/input/);
  expect(lacks(bare, true)).toMatch(/desired answers/);
  expect(lacks({ ...bare, expected: "expected" }, true)).toBeNull();
  expect(lacks({ ...bare, expected: "expected" }, false)).toMatch(/rules/);
});

const draft = { ...emptyDraft(new Date(2026, 10, 23)), text: "id,input", hypothesis: " A model sorts as well as people " };

test("only the rows and the hypothesis have to be typed", () => {
  expect(missing(draft, preview, "2026-11-23")).toEqual([]);
  expect(missing({ ...draft, hypothesis: " " }, preview, "2026-11-23").map(({ field }) => field)).toEqual(["hypothesis"]);
  expect(missing({ ...draft, text: "" }, undefined, "2026-11-23").map(({ field }) => field)).toEqual(["rows"]);
  expect(missing({ ...draft, deadline: "2026-11-22", floor: "0", spend_cap: "much" }, preview, "2026-11-23").map(({ field }) => field))
    .toEqual(["floor", "deadline", "spend_cap"]);
});

test("a floor is typed of 100 and sent from 0 to 1", () => {
  expect(["85", "99.5", "99,5", "100", "0", "101", "", "much"].map(floorOf)).toEqual([0.85, 0.995, 0.995, 1, null, null, null, null]);
});

test("the deadline is four weeks away, across the end of a year too", () => {
  expect(emptyDraft(new Date(2026, 11, 20)).deadline).toBe("2027-01-17");
  expect(dayAfter(new Date(2026, 10, 23, 23, 59), 0)).toBe("2026-11-23");
});

test("what is sent has the guessed name and the best scorer where nobody chose", () => {
  const sent = toCreate({ ...draft, spend_cap: "$1,500" }, preview);
  expect(sent).toMatchObject({ name: "helpdesk", scorer: "equals", floor: 0.85, spend_cap_usd: 1500, why_us: null, draft_rules: true, hypothesis: "A model sorts as well as people" });
  expect(toCreate(draft, { ...preview, columns: { ...columns, expected: null } }).draft_rules).toBe(false);
  expect("about" in sent).toBe(false);
});

const rules: RulesShown = {
  feature: "f", variant: "rules", file: "rules/f.toml", default: "technical", answers: ["billing", "technical"], note: null, n_cases: 40, right: null,
  rules: ["refund", "parcel", "crash"].map((word) => ({ any: [word], all: [], none: [], regex: null, field: null, answer: "billing", sentence: "", n_matched: 3, n_right: 3 })),
};
const order = (list: { any: string[] }[]) => list.map(({ any }) => any[0]);

test("a rule moves by one place and stops at the ends", () => {
  const all = held(rules.rules);
  expect(order(moved(all, "rule-1", -1))).toEqual(["parcel", "refund", "crash"]);
  expect(order(moved(all, "rule-2", 1))).toEqual(["refund", "parcel", "crash"]);
  expect(order(moved(all, "rule-0", -1))).toEqual(["refund", "parcel", "crash"]);
});

test("rules differ once a word, the order or the default does", () => {
  const all = held(rules.rules);
  expect(differ(all, "technical", rules)).toBe(false);
  expect(differ(all, "billing", rules)).toBe(true);
  expect(differ(moved(all, "rule-0", 1), "technical", rules)).toBe(true);
  const next = changed(all, "rule-0", { any: ["money"] });
  expect([differ(next, "technical", rules), next[0]?.isChanged, next[1]?.isChanged]).toEqual([true, true, false]);
  expect(toSave(next)[0]).not.toHaveProperty("key");
});

test("words are added once, several with commas", () => {
  expect(withWords(["refund"], "Refund, money back ,, invoice")).toEqual(["refund", "money back", "invoice"]);
});

test("a rule without words is empty and says so", () => {
  const rule = blank("new", "billing");
  expect([isEmpty(rule), inWords(rule)]).toEqual([true, "A rule without words"]);
  expect(inWords({ ...rule, any: ["a", "b"], none: ["c"], answer: { queue: "billing" } })).toBe("If the input has any of “a”, “b” and none of “c”, answer billing");
});

test("answers of any shape can be picked", () => {
  expect(choices({ ...rules, answers: [{ queue: "billing" }] }, [], null)).toEqual([['{"queue":"billing"}', "billing"], ["null", "nothing"]]);
});

test("bets stand by what is to do with them", () => {
  const bet = (name: string, state: "running" | "due" | "won" | "killed") => ({ name, state });
  const groups = groupsOf([bet("a", "killed"), bet("b", "running"), bet("c", "due")]);
  expect(groups.map(({ state, bets }) => [state, bets.length])).toEqual([["due", 1], ["running", 1], ["killed", 1]]);
});

test("the time that has passed is a share of the time there was", () => {
  const at = (day: string) => Date.parse(`${day}T00:00:00Z`);
  expect(share("2026-11-01", "2026-11-11", at("2026-11-06"))).toBeCloseTo(0.5);
  expect(share("2026-11-01", "2026-11-11", at("2026-12-06"))).toBe(1);
  expect(share(null, "2026-11-11", at("2026-11-06"))).toBeNull();
  expect(share("soon", "2026-11-11", at("2026-11-06"))).toBeNull();
});

const criterion: CriterionVerdict = { name: "correct", demand: "right at least 0.85", metric: "right", bound: 0.85, verdict: "undecided", advisory: false, n: 40, n_trials: 40, n_errors: 0, n_undecided: 0, estimate: 0.9, lower: 0.66, upper: 0.99, promise_of_100: 66, method: "" };

test("a variant is said in one sentence: promised, at least, at most", () => {
  expect(standing(criterion)).toEqual({ says: "today we can promise 66 of 100", strong: "66 of 100" });
  expect(standing({ ...criterion, verdict: "pass", promise_of_100: 88 }).says).toBe("at least 88 of 100 right");
  expect(standing({ ...criterion, verdict: "fail", upper: 0.734 }).says).toBe("at most 73 of 100 right");
  expect(standing(null).strong).toBeNull();
});

test("the criterion over all cases stands for the variant, not that of a segment", () => {
  const variant = { verdict: { criteria: [{ ...criterion, segment: "app" }, { ...criterion, advisory: true, name: "b" }, { ...criterion, name: "whole" }] } } as unknown as VariantReport;
  expect(mainCriterion({ primary_metric: "right" } as Report, variant)?.name).toBe("whole");
  expect(mainCriterion({ primary_metric: null } as Report, { verdict: null } as VariantReport)).toBeNull();
});

test("files without text in rows are named with what to do", () => {
  expect(unreadable({ name: "Cases.XLSX", size: 5 })).toMatch(/paste them here/);
  expect(unreadable({ name: "cases.csv", size: 0 })).toMatch(/empty/);
  expect(unreadable({ name: "cases.csv", size: 5 })).toBeNull();
});
