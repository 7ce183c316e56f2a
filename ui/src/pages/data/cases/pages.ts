// Pure. Which page of a long list is read next, where each page names only the one behind it.
// Pages are read from the front or, in the other order, from the end: whichever reaches a row in fewer steps.
import type { CaseRow } from "../../../api/contract.ts";

/** Rows of one page. */
export const SIZE = 200;
/** Rows of one window: browsers and tools that check pages break on much longer ones. */
export const WINDOW = 100_000;
/** Pages that stay in memory. */
const MOST_KEPT = 60;

export interface Side {
  /** Cursors of the pages from this side; the first is empty. */
  cursors: readonly string[];
  isWhole: boolean;
}

export interface Pages {
  n: number | null;
  /** What a cursor of the order of the file begins with; with it any page can be read at once. */
  jump: string | null;
  front: Side;
  back: Side;
  /** Rows by `front 3` or `back 0`, the page used last at the end; pages from the back stand in the order of the list. */
  rows: ReadonlyMap<string, readonly CaseRow[]>;
}

export interface Step {
  side: "front" | "back";
  page: number;
  cursor: string;
}

const SIDE: Side = { cursors: [""], isWhole: false };
export const NO_PAGES: Pages = { n: null, jump: null, front: SIDE, back: SIDE, rows: new Map() };

export function rowAt({ n, rows }: Pages, index: number): CaseRow | undefined {
  const front = rows.get(`front ${Math.floor(index / SIZE)}`)?.[index % SIZE];
  if (front || n === null) return front;
  const fromEnd = n - 1 - index;
  const page = rows.get(`back ${Math.floor(fromEnd / SIZE)}`);
  return page?.[page.length - 1 - (fromEnd % SIZE)];
}

/** The next page to read so that these rows are known; null where all are. Goes on by one page at a time. */
export function nextStep(pages: Pages, from: number, to: number): Step | null {
  const { n } = pages;
  if (n === null) return { side: "front", page: 0, cursor: "" };
  const index = firstUnknown(pages, Math.max(0, from), Math.min(n - 1, to));
  if (index === null) return null;
  const wanted = Math.floor(index / SIZE);
  if (pages.jump !== null) return { side: "front", page: wanted, cursor: wanted === 0 ? "" : `${pages.jump}${wanted * SIZE - 1}` };
  const front = stepsTo(pages.front, wanted);
  const back = stepsTo(pages.back, Math.floor((n - 1 - index) / SIZE));
  const [side, page, cursor] = front.n <= back.n ? ["front" as const, front.page, front.cursor] : ["back" as const, back.page, back.cursor];
  return cursor === undefined ? null : { side, page, cursor };
}

function firstUnknown(pages: Pages, from: number, to: number): number | null {
  for (let index = from; index <= to; index += 1) {
    if (!rowAt(pages, index)) return index;
  }
  return null;
}

function stepsTo({ cursors, isWhole }: Side, wanted: number): { n: number; page: number; cursor: string | undefined } {
  const reached = cursors.length - 1;
  const page = Math.min(wanted, reached);
  if (isWhole && wanted > reached) return { n: Number.POSITIVE_INFINITY, page, cursor: undefined };
  return { n: wanted - page + 1, page, cursor: cursors[page] };
}

/** `isWholeFile`: the rows are those of the file, in its order and without filters. What was read becomes known; the pages that were used longest ago are forgotten, their cursors never. */
export function arrived(pages: Pages, step: Step, read: { cases: readonly CaseRow[]; n: number; next: string | null }, isWholeFile = false): Pages {
  const side = pages[step.side];
  const isFurther = step.page === side.cursors.length - 1;
  const cursors = isFurther && read.next !== null ? [...side.cursors, read.next] : side.cursors;
  const key = `${step.side} ${step.page}`;
  const kept = [...pages.rows].filter(([each]) => each !== key).slice(-(MOST_KEPT - 1));
  const rows = step.side === "back" ? [...read.cases].reverse() : read.cases;
  return {
    ...pages,
    jump: pages.jump ?? (isWholeFile && step.side === "front" && step.page === 0 ? jumpOf(read.next) : null),
    n: read.n,
    [step.side]: { cursors, isWhole: side.isWhole || (isFurther && read.next === null) },
    rows: new Map([...kept, [key, rows]]),
  };
}

/** In the order of the file and without filters a cursor ends with the place of the row before; null for any other. */
export function jumpOf(next: string | null): string | null {
  return /^(.+\.p)(\d+)$/.exec(next ?? "")?.[2] === String(SIZE - 1) ? (next ?? "").slice(0, -String(SIZE - 1).length) : null;
}

/** The window that a row stands in. */
export function windowOf(index: number, n: number): { from: number; length: number } {
  const from = Math.floor(Math.max(0, index) / WINDOW) * WINDOW;
  return { from, length: Math.max(0, Math.min(WINDOW, n - from)) };
}
