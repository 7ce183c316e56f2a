// What was played: answers as they stream in, kept by row and column while the choice changes.
import { useCallback, useEffect, useRef, useState } from "react";
import type { Feasibility, PlayCell } from "../../api/contract.ts";
import { follow } from "../../api/follow.ts";
import { type Choice, column } from "./choice.ts";
import type { Draft } from "./draft.ts";
import { cellKey, settled } from "./cells.ts";
import { type Row, wishOf } from "./wishes.ts";

export interface Played {
  cells: ReadonlyMap<string, PlayCell>;
  feasible: ReadonlyMap<string, Feasibility>;
  /** The prompt that a column of a draft was run with. */
  prompts: ReadonlyMap<string, string>;
  isRunning: boolean;
  done: number;
  total: number;
  cost_usd: number | null;
  note: string;
  thrown: unknown;
}

const NOTHING: Played = { cells: new Map(), feasible: new Map(), prompts: new Map(), isRunning: false, done: 0, total: 0, cost_usd: null, note: "", thrown: null };

interface Wish {
  feature: string;
  rows: readonly Row[];
  choice: Pick<Choice, "columns" | "repeats" | "cap_usd">;
  drafts: Readonly<Record<string, Draft>>;
}

export function usePlaying() {
  const [played, setPlayed] = useState(NOTHING);
  const stop = useRef<AbortController | null>(null);
  useEffect(() => () => stop.current?.abort(), []);

  const run = useCallback(async ({ feature, rows, choice, drafts }: Wish) => {
    stop.current?.abort();
    const mine = new AbortController();
    stop.current = mine;
    const { columns, repeats } = choice;
    const expected = new Set(rows.flatMap((row) => columns.map((column) => cellKey(row.key, column.key))));
    const prompts = columns.filter(({ isDraft }) => isDraft).map(({ key, name }) => [key, drafts[name]?.text ?? ""] as const);
    setPlayed((now) => ({
      ...NOTHING, isRunning: true, total: expected.size * repeats,
      // What is asked again is empty; the rest stays.
      cells: new Map([...now.cells].filter(([key]) => !expected.has(key))),
      feasible: new Map([...now.feasible].filter(([key]) => !columns.some((column) => column.key === key))),
      prompts: new Map([...now.prompts, ...prompts]),
    }));
    const take = gathered((cells) => {
      if (mine.signal.aborted) return;
      setPlayed((now) => {
        const all = new Map([...now.cells, ...cells]);
        let [done, total] = [0, 0];
        for (const key of expected) {
          done += all.get(key)?.n_done ?? 0;
          // Rules answer once, however many repeats were asked for.
          total += all.get(key)?.n ?? repeats;
        }
        return { ...now, cells: all, done, total };
      });
    });
    const put = (cell: PlayCell) => {
      const [row, column] = [rows[cell.input_index], columns[cell.variant_index]];
      if (row && column) take(cellKey(row.key, column.key), cell);
    };
    try {
      const result = await follow("play.run", wishOf(feature, rows, choice, drafts), (part) => { if (part.event === "part") put(part.data); }, { signal: mine.signal });
      result.cells.forEach(put);
      const feasible = result.feasibility.map((one) => [columns[one.variant_index]?.key ?? one.variant, one] as const);
      setPlayed((now) => ({ ...now, isRunning: false, feasible: new Map([...now.feasible, ...feasible]), cost_usd: result.cost_usd, note: result.note }));
    } catch (thrown) {
      if (!mine.signal.aborted) setPlayed((now) => ({ ...now, isRunning: false, thrown }));
    }
  }, []);

  /** What a draft answered is what the variant answers once it is saved; what the variant answered before is past. */
  const saved = useCallback((name: string, text: string | null) => {
    setPlayed((now) => {
      const [own, draft] = [column(name).key, column(name, true).key];
      const isSame = now.prompts.get(draft) === text;
      return { ...now, cells: settled(now.cells, own, draft, isSame), feasible: settled(now.feasible, own, draft, isSame) };
    });
  }, []);

  const halt = useCallback(() => {
    stop.current?.abort();
    setPlayed((now) => ({ ...now, isRunning: false }));
  }, []);
  return { played, run, halt, saved };
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
