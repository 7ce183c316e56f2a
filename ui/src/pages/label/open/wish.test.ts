import { expect, test } from "vitest";
import { type Fields, FIRST, optionsIn, wishOf } from "./wish.ts";

const wish = (fields: Partial<Fields>) => wishOf({ ...FIRST, feature: "triage", ...fields });

test("what is empty is left to the server", () => {
  expect(wish({})).toEqual({ wish: { feature: "triage", source: "cases", mode: "blind", overlap: 2 } });
});

test("each source sends its own fields and no other's", () => {
  expect(wish({ source: "rows", rows: "text\nhello", run: "r1", split: "gate" })).toEqual({ wish: { feature: "triage", source: "rows", mode: "blind", overlap: 2, rows: "text\nhello" } });
  expect(wish({ source: "answers", run: "r1", variant: "mini", rows: "x", sample: "60", kind: "yes-no" }))
    .toEqual({ wish: { feature: "triage", source: "answers", mode: "blind", overlap: 2, run: "r1", variant: "mini", sample: 60, kind: "yes-no" } });
  expect(wish({ split: "tune" })).toMatchObject({ wish: { split: "tune" } });
});

test("what is missing is said before anything is sent", () => {
  for (const fields of [{ feature: "" }, { source: "rows" }, { source: "answers" }, { sample: "0" }, { sample: "many" }, { overlap: "1.5" }, { kind: "choice", options: "one" }] as Partial<Fields>[]) {
    expect(wish(fields), JSON.stringify(fields)).toHaveProperty("missing");
  }
});

test("options stand on lines or between commas, each once", () => {
  expect(optionsIn("a, b ,a,")).toEqual(["a", "b"]);
  expect(optionsIn("yes, surely\nno\n")).toEqual(["yes, surely", "no"]);
});
