import { expect, test } from "vitest";
import type { CaseRow } from "../../../api/contract.ts";
import { arrived, jumpOf, nextStep, NO_PAGES, type Pages, rowAt, SIZE, type Step, windowOf } from "./pages.ts";

const row = (position: number): CaseRow => ({ position, id: `c${position}`, split: "tune", input: {}, expected: null, tags: [], metadata: {}, origin: null });

/** A server with n rows whose cursors say nothing but where the page before ended. */
function read(n: number, { side, cursor }: Step) {
  const from = cursor === "" ? 0 : Number(cursor.slice(1));
  const cases = Array.from({ length: Math.max(0, Math.min(SIZE, n - from)) }, (_, at) => row(side === "front" ? from + at : n - 1 - from - at));
  return { cases, n, next: from + SIZE < n ? `x${from + SIZE}` : null };
}

function readAll(n: number, from: number, to: number, pages: Pages = NO_PAGES): { pages: Pages; n_steps: number } {
  let n_steps = 0;
  for (let step = nextStep(pages, from, to); step && n_steps < 10_000; step = nextStep(pages, from, to)) {
    pages = arrived(pages, step, read(n, step));
    n_steps += 1;
  }
  return { pages, n_steps };
}

test("the first rows need one page and the last ones one more, read from the end", () => {
  const n = 1_000_000;
  const first = readAll(n, 0, 40);
  expect([first.n_steps, rowAt(first.pages, 0)?.id, rowAt(first.pages, SIZE)]).toEqual([1, "c0", undefined]);
  const last = readAll(n, n - 30, n - 1, first.pages);
  expect([last.n_steps, rowAt(last.pages, n - 1)?.id, rowAt(last.pages, n - 30)?.id]).toEqual([1, `c${n - 1}`, `c${n - 30}`]);
});

test("a row in the middle is reached from the nearer side, page by page, and the way back is short", () => {
  const { pages, n_steps } = readAll(50_000, 40_000, 40_050);
  expect(n_steps).toBeLessThanOrEqual(52);
  expect(rowAt(pages, 40_010)?.id).toBe("c40010");
  const again = readAll(50_000, 45_000, 45_010, pages);
  expect([again.n_steps, rowAt(again.pages, 45_000)?.id]).toEqual([0, "c45000"]);
});

test("a forgotten page is read again by its cursor, without the ones before", () => {
  const far = readAll(60_000, 29_000, 29_100);
  expect(rowAt(far.pages, 0)).toBeUndefined();
  expect(readAll(60_000, 1000, 1010, far.pages).n_steps).toBe(1);
});

test("a list that ends inside a page, or is empty, comes to rest", () => {
  const short = readAll(205, 0, 400);
  expect([short.n_steps, rowAt(short.pages, 204)?.id, rowAt(short.pages, 205)]).toEqual([2, "c204", undefined]);
  expect(readAll(0, 0, 40).n_steps).toBe(1);
});

test("in the order of the file any row is one page away", () => {
  const asked: string[] = [];
  const server = (step: Step) => {
    asked.push(step.cursor);
    const from = step.cursor === "" ? 0 : Number(step.cursor.slice("v1.1000000.p".length)) + 1;
    const cases = Array.from({ length: SIZE }, (_, at) => row(from + at));
    return { cases, n: 1_000_000, next: `v1.1000000.p${from + SIZE - 1}` };
  };
  let pages = arrived(NO_PAGES, { side: "front", page: 0, cursor: "" }, server({ side: "front", page: 0, cursor: "" }), true);
  for (let step = nextStep(pages, 500_000, 500_010); step; step = nextStep(pages, 500_000, 500_010)) pages = arrived(pages, step, server(step), true);
  expect([asked, rowAt(pages, 500_005)?.id]).toEqual([["", "v1.1000000.p499999"], "c500005"]);
});

test("a cursor that does not end with the place of the last row is followed and not written", () => {
  expect([jumpOf("v1.40.p199"), jumpOf("v1.40.p31"), jumpOf("opaque"), jumpOf("v1.40.ic199"), jumpOf(null)]).toEqual(["v1.40.p", null, null, null, null]);
});

test("a window holds at most a hundred thousand rows", () => {
  expect([windowOf(0, 1_000_000), windowOf(250_000, 1_000_000), windowOf(999_999, 950_123 + 49_877), windowOf(5, 40)]).toEqual([
    { from: 0, length: 100_000 }, { from: 200_000, length: 100_000 }, { from: 900_000, length: 100_000 }, { from: 0, length: 40 },
  ]);
});
