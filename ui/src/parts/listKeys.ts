// J, K, the arrows, Home and End move between the rows of a list: whatever carries `data-row` inside it.
import type { RefObject } from "react";
import { useKeys } from "../keys/use.ts";

/** `otherwise`: what Enter does while no row and nothing else has the focus. */
export function useListKeys(room: RefObject<HTMLElement | null>, isOn = true, otherwise?: () => void): void {
  const rows = () => [...(room.current?.querySelectorAll<HTMLElement>("[data-row]") ?? [])].filter((row) => row.checkVisibility());
  // A list inside a list leaves the keys to the outer one, and a list beside the one in use to that.
  const isElsewhere = () => {
    const inUse = document.activeElement?.closest("[data-row]");
    return Boolean(room.current?.parentElement?.closest("[data-list]")) || Boolean(inUse && !room.current?.contains(inUse));
  };
  const move = (step: (at: number, n: number) => number) => () => {
    const all = rows();
    if (all.length === 0 || isElsewhere()) return false;
    const focused = document.activeElement;
    const at = all.findIndex((row) => row === focused || row.contains(focused));
    const next = all[Math.max(0, Math.min(all.length - 1, step(at, all.length)))];
    next?.focus();
    next?.scrollIntoView({ block: "nearest" });
  };
  // Arrows, Home and End scroll the page until somebody is in the list.
  const inside = (handle: () => void | false) => () =>
    (room.current?.contains(document.activeElement) ? handle() : false);
  const next = move((at) => at + 1);
  const previous = move((at) => (at < 0 ? 0 : at - 1));
  useKeys(isOn
    ? {
        "list.next": next,
        "list.previous": previous,
        "list.down": inside(next),
        "list.up": inside(previous),
        "list.first": inside(move(() => 0)),
        "list.last": inside(move((_, n) => n - 1)),
        "list.open": () => {
          const row = document.activeElement;
          if (isElsewhere()) return false;
          if (otherwise && (row === document.body || row?.id === "main")) return otherwise();
          if (!(row instanceof HTMLElement) || !row.matches("[data-row]") || !room.current?.contains(row)) return false;
          row.click();
        },
      }
    : {});
}
