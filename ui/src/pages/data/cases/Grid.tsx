// A table of any number of rows: those on the screen exist, the others are known by their number.
import { useVirtualizer } from "@tanstack/react-virtual";
import { useCallback, useEffect, useId, useRef, useState } from "react";
import type { Filters } from "../../../app/place.ts";
import { useKeys } from "../../../keys/use.ts";
import { count } from "../../../says/number.ts";
import css from "./Grid.module.css";
import { GridRow } from "./GridRow.tsx";
import { type Pages, rowAt, WINDOW, windowOf } from "./pages.ts";
import { Windows } from "./Windows.tsx";

const ROW_PX = 34;
/** Rows that leave the screen are used again for those that enter it; more than a screen ever holds. */
const POOL = 256;

interface Props {
  name: string;
  pages: Pages;
  isOld: boolean;
  isFiltered: boolean;
  sort: "position" | "id";
  isDescending: boolean;
  onSort: (changed: Filters) => void;
  onWant: (from: number, to: number) => void;
  onOpen: (id: string) => void;
}

export function Grid({ name, pages, isOld, isFiltered, sort, isDescending, onSort, onWant, onOpen }: Props) {
  const n = pages.n ?? 0;
  const [at, setAt] = useState(0);
  const [from, setFrom] = useState(0);
  const room = useRef<HTMLDivElement>(null);
  const id = useId();
  const { length } = windowOf(from, n);
  const rows = useVirtualizer({ count: length, getScrollElement: () => room.current, estimateSize: () => ROW_PX, overscan: 8, useFlushSync: false });
  const shown = rows.getVirtualItems();
  const first = from + (shown[0]?.index ?? 0);
  const last = from + (shown.at(-1)?.index ?? 0);
  useEffect(() => onWant(first, last), [onWant, first, last]);
  useEffect(() => {
    if (isOld) return;
    setAt((now) => Math.min(now, Math.max(0, n - 1)));
    setFrom((now) => (now < n ? now : windowOf(n - 1, n).from));
  }, [isOld, n]);

  const goTo = useCallback((index: number) => {
    const next = Math.max(0, Math.min(n - 1, index));
    const window = windowOf(next, n);
    setAt(next);
    if (window.from === from) {
      rows.scrollToIndex(next - from, { align: "auto" });
    } else {
      setFrom(window.from);
      requestAnimationFrame(() => rows.scrollToIndex(next - window.from, { align: next < from ? "end" : "start" }));
    }
  }, [n, from, rows]);
  const showWindow = (next: number) => {
    setFrom(next);
    setAt(next);
    room.current?.scrollTo({ top: 0 });
  };

  const isInside = () => room.current === document.activeElement;
  const inside = (handle: () => void) => () => (isInside() ? handle() : false);
  const screen = () => Math.max(1, Math.floor((room.current?.clientHeight ?? 0) / ROW_PX) - 2);
  const open = () => {
    const row = rowAt(pages, at);
    if (row) onOpen(row.id);
  };
  const enter = (step: number) => () => {
    if (isInside()) return goTo(at + step);
    room.current?.focus();
    goTo(at);
  };
  useKeys({
    "list.next": enter(1),
    "list.previous": enter(-1),
    "list.down": inside(() => goTo(at + 1)),
    "list.up": inside(() => goTo(at - 1)),
    "list.page_down": inside(() => goTo(at + screen())),
    "list.page_up": inside(() => goTo(at - screen())),
    "list.first": inside(() => goTo(0)),
    "list.last": inside(() => goTo(n - 1)),
    "list.open": inside(open),
    "data.window_next": n > WINDOW && from + WINDOW < n ? () => showWindow(from + WINDOW) : undefined,
    "data.window_previous": n > WINDOW && from > 0 ? () => showWindow(from - WINDOW) : undefined,
  });

  const head = (word: string, by: "position" | "id") => (
    <span role="columnheader" className={css[by]} aria-sort={sort === by ? (isDescending ? "descending" : "ascending") : "none"}>
      <button type="button" tabIndex={-1} onClick={() => onSort({ sort: by === "position" ? undefined : by, desc: sort === by && !isDescending ? "1" : undefined })}>
        {word} <span aria-hidden="true">{sort === by ? (isDescending ? "↓" : "↑") : ""}</span>
      </button>
    </span>
  );
  return (
    <>
      <p className={n > WINDOW && !isFiltered ? "hidden-but-read" : css.says} role="status">{pages.n === null ? "" : `${count(n)} ${n === 1 ? "case" : "cases"}${isFiltered ? " like that" : ""}`}</p>
      {n > WINDOW && <Windows n={n} from={from} at={at} onShow={showWindow} onGo={(index) => { goTo(index); room.current?.focus(); }} />}
      <div
        ref={room} className={css.grid} data-old={isOld} role="grid" tabIndex={0} aria-label={`Cases of ${name}`} aria-busy={isOld}
        aria-rowcount={n + 1} aria-colcount={5} aria-activedescendant={at >= first && at <= last ? `${id}-${at}` : undefined}
      >
        <div role="rowgroup" className={css.head}>
          <div role="row" aria-rowindex={1} className={css.row}>
            {head("#", "position")}
            {head("id", "id")}
            <span role="columnheader" className={css.input}>input</span>
            <span role="columnheader" className={css.expected}>desired</span>
            <span role="columnheader" className={css.tags}>tags</span>
          </div>
        </div>
        <div role="rowgroup" className={css.body} style={{ height: rows.getTotalSize() }}>
          {shown.map(({ index, start }) => (
            <GridRow key={(from + index) % POOL} id={`${id}-${from + index}`} index={from + index} start={start} row={rowAt(pages, from + index)} isAt={from + index === at} onOpen={onOpen} onAt={setAt} />
          ))}
        </div>
      </div>
    </>
  );
}
