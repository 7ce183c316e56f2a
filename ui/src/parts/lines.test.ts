import { expect, test } from "vitest";
import { compareLines, countChanges, onlyChanged } from "./lines.ts";

const drawn = (before: string, after: string) => compareLines(before, after).map(({ kind, text }) => `${{ same: " ", out: "-", in: "+" }[kind]}${text}`);

test("unchanged lines stay and changed ones are taken out and put in", () => {
  expect(drawn("a\nb\nc", "a\nx\nc")).toEqual([" a", "-b", "+x", " c"]);
  expect(drawn("a\nb", "a\nb\nc\n")).toEqual([" a", " b", "+c"]);
  expect(drawn("", "a")).toEqual(["+a"]);
  expect(drawn("a", "")).toEqual(["-a"]);
  expect(drawn("a\nb", "a\nb")).toEqual([" a", " b"]);
  expect(drawn("a\r\nb", "a\nb")).toEqual([" a", " b"]);
  expect(countChanges(compareLines("a\nb\nc", "a\nx"))).toEqual({ n_in: 1, n_out: 2 });
});

test("a moved line is taken out once and put in once", () => {
  expect(drawn("a\nb\nc\nd", "b\nc\na\nd")).toEqual(["-a", " b", " c", "+a", " d"]);
});

test("texts too long to compare are replaced in the middle and keep their ends", () => {
  const lines = (mark: string) => ["first", ...Array.from({ length: 3000 }, (_, n) => `${mark}${n}`), "last"].join("\n");
  const found = compareLines(lines("a"), lines("b"));
  expect([found.length, found[0]?.kind, found.at(-1)?.kind]).toEqual([6002, "same", "same"]);
});

test("only what changed is shown, with a gap for the rest", () => {
  const found = onlyChanged(compareLines("1\n2\n3\n4\n5\n6", "1\n2\n3\n4\nx\n6"), 1);
  expect(found.map((line) => line?.text ?? "…")).toEqual(["…", "4", "5", "x", "6"]);
});

test("both texts can be read back out of a difference", () => {
  const letters = "abcd";
  let seed = 7;
  const next = () => (seed = (seed * 1103515245 + 12345) % 2147483648);
  for (let round = 0; round < 200; round += 1) {
    const text = () => Array.from({ length: 1 + (next() % 8) }, () => letters[next() % 4]).join("\n");
    const [before, after] = [text(), text()];
    const found = compareLines(before, after);
    const side = (kind: string) => found.filter((line) => line.kind === "same" || line.kind === kind).map(({ text: each }) => each).join("\n");
    expect([side("out"), side("in")]).toEqual([before, after]);
  }
});
