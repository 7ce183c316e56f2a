// What was played: answers as they stream in, kept by row and column while the choice changes.
import { useCallback, useEffect, useRef, useState } from "react";
import type { Feasibility, PlayCell } from "../../api/contract.ts";
import { follow } from "../../api/follow.ts";
import type { Column } from "./choice.ts";
import type { Draft } from "./draft.ts";
import { batches, type Row } from "./wishes.ts";

export interface Played {
  cells: ReadonlyMap<string, PlayCell>;
  feasible: ReadonlyMap<string, Feasibility>;
  /** The prompt that a column of a draft was run with. */
  prompts: ReadonlyMap<string, string>;
  isRunning: boolean;
  done: number;
  total: number;
  cost_usd: number | null;
  notes: string[];
  thrown: unknown;
}

const NOTHING: Played = { cells: new Map(), feasible: new Map(), prompts: new Map(), isRunning: false, done: 0, total: 0, cost_usd: null, notes: [], thrown: null };

export const cellKey = (row: string, column: string) => `${row}\n${column}`;

interface Wish {
  feature: string;
  rows: readonly Row[];
  columns: readonly Column[];
  drafts: Readonly<Record<string, Draft>>;
  repeats: number;
}

export function usePlaying() {
  const [played, setPlayed] = useState(NOTHING);
  const stop = useRef<AbortController | null>(null);
  useEffect(() => () => stop.current?.abort(), []);

  const run = useCallback(async ({ feature, rows, columns, drafts, repeats }: Wish) => {
    stop.current?.abort();
    const mine = new AbortController();
    stop.current = mine;
    const calls = batches(feature, rows, columns, drafts, repeats);
    const expected = new Set(rows.flatMap((row) => columns.map((column) => cellKey(row.key, column.key))));
    const prompts = columns.filter(({ isDraft }) => isDraft).map(({ key, name }) => [key, drafts[name]?.text ?? ""] as const);
    setPlayed((now) => ({
      ...NOTHING, isRunning: calls.length > 0, total: expected.size * repeats,
      // What is asked again is empty; the rest stays.
      cells: new Map([...now.cells].filter(([key]) => !expected.has(key))),
      feasible: new Map([...now.feasible].filter(([key]) => !columns.some((column) => column.key === key))),
      prompts: new Map([...now.prompts, ...prompts]),
    }));
    const take = gathered((cells) => {
      if (mine.signal.aborted) return;
      setPlayed((now) => {
        const all = new Map([...now.cells, ...cells]);
        let done = 0;
        for (const key of expected) done += all.get(key)?.n_done ?? 0;
        return { ...now, cells: all, done };
      });
    });
    const each = calls.map(async ({ input, columnOf }) => {
      const put = (cell: PlayCell) => {
        const row = rows[cell.input_index];
        const column = columnOf.get(cell.variant);
        if (row && column) take(cellKey(row.key, column), cell);
      };
      const result = await follow("play.run", input, (part) => { if (part.event === "part") put(part.data); }, { signal: mine.signal });
      result.cells.forEach(put);
      if (mine.signal.aborted) return;
      setPlayed((now) => ({
        ...now,
        feasible: new Map([...now.feasible, ...result.feasibility.map((one) => [columnOf.get(one.variant) ?? one.variant, one] as const)]),
        cost_usd: (now.cost_usd ?? 0) + result.cost_usd,
        notes: [...new Set([...now.notes, result.note])].filter(Boolean),
      }));
    });
    const ended = await Promise.allSettled(each);
    if (mine.signal.aborted) return;
    const failed = ended.find((one) => one.status === "rejected");
    setPlayed((now) => ({ ...now, isRunning: false, thrown: failed ? failed.reason : null }));
  }, []);

  const halt = useCallback(() => {
    stop.current?.abort();
    setPlayed((now) => ({ ...now, isRunning: false }));
  }, []);
  return { played, run, halt };
}

/** Gathers cells and hands them over once for each picture of the screen. */
function gathered(give: (cells: Map<string, PlayCell>) => void) {
  let waiting = new Map<string, PlayCell>();
  return (key: string, cell: PlayCell) => {
    if (waiting.size === 0) {
      // A hidden tab draws nothing, so a timer stands in.
      const flush = () => {
        if (waiting.size === 0) return;
        const cells = waiting;
        waiting = new Map();
        give(cells);
      };
      requestAnimationFrame(flush);
      setTimeout(flush, 250);
    }
    waiting.set(key, cell);
  };
}
