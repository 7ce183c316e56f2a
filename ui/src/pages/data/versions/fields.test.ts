import { expect, test } from "vitest";
import type { CaseRow } from "../../../api/contract.ts";
import { differences } from "./fields.ts";

const row = (changed: Partial<CaseRow> = {}): CaseRow => ({
  position: 0, id: "c1", split: "tune", input: { text: "hello", lang: "de" }, expected: { queue: "billing" }, tags: ["hard"], metadata: { segment: "app" }, origin: null, ...changed,
});

test("only fields that differ are named, with before and after", () => {
  expect(differences(row(), row())).toEqual([]);
  expect(differences(row(), row({ expected: { queue: "returns" }, tags: ["hard", "new"], split: "gate" }))).toEqual([
    { field: "desired", before: "billing", after: "returns" },
    { field: "tags", before: "hard", after: "hard, new" },
    { field: "split", before: "tune", after: "gate" },
  ]);
});

test("a field that came or went is empty on the other side", () => {
  expect(differences(row(), row({ input: { text: "hello", lang: "en", extra: 1 }, metadata: {} }))).toEqual([
    { field: "input.lang", before: "de", after: "en" },
    { field: "input.extra", before: "", after: "1" },
    { field: "metadata", before: "app", after: "" },
  ]);
});

test("a hidden content differs from a shown one only by what is known", () => {
  expect(differences(row({ expected: null }), row({ expected: "returns" }))).toEqual([{ field: "desired", before: "", after: "returns" }]);
});
