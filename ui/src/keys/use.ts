// Binds what a page does to the keys of the list, and listens to the keyboard once for all of them.
import { useEffect, useRef, useSyncExternalStore } from "react";
import { isTyping, type Pressed, press, strokeOf } from "./press.ts";
import { isSingle, type Key, keyOf, KEYS } from "./registry.ts";

/** What a key does; false says that it did nothing here, so that the browser may. */
export type Handler = (event: KeyboardEvent) => void | boolean;

interface Bound {
  id: string;
  handle: () => Handler;
}

let bound: readonly Bound[] = [];
const watchers = new Set<() => void>();

function change(next: readonly Bound[]) {
  bound = next;
  for (const watcher of watchers) watcher();
}

/** Binds handlers by the ids of the list while the component is shown; the newest is asked first. */
export function useKeys(handlers: Record<string, Handler | undefined>): void {
  const latest = useRef(handlers);
  useEffect(() => {
    latest.current = handlers;
  });
  const ids = Object.keys(handlers).filter((id) => handlers[id]).join(" ");
  useEffect(() => {
    const mine = ids.split(" ").filter(Boolean).map((id) => {
      if (!keyOf(id)) throw new Error(`no key is called ${id}; add it to the list of its page`);
      return { id, handle: () => latest.current[id] ?? (() => false) };
    });
    change([...mine, ...bound]);
    return () => change(bound.filter((each) => !mine.includes(each)));
  }, [ids]);
}

/** The keys that do something now. */
export function useLiveKeys(): readonly Key[] {
  const ids = useSyncExternalStore(watch, () => bound.map(({ id }) => id).join(" "));
  return KEYS.filter(({ id }) => ids.split(" ").includes(id));
}

function watch(watcher: () => void) {
  watchers.add(watcher);
  return () => {
    watchers.delete(watcher);
  };
}

/** Runs what is bound to a key, as the palette does. */
export function runKey(id: string): void {
  bound.find((each) => each.id === id)?.handle()(new KeyboardEvent("keydown"));
}

const SINGLE = "karat.single-keys";

export function singleKeysAreOn(): boolean {
  return localStorage.getItem(SINGLE) !== "off";
}

export function switchSingleKeys(isOn: boolean): void {
  localStorage.setItem(SINGLE, isOn ? "on" : "off");
  change(bound.slice());
}

/** Keys that work what has the focus: Enter and Space press it, Space and the arrows choose. */
function isTheirs(target: Element, keys: string): boolean {
  if (keys === "Enter") return target.matches("button, a, summary, [role=tab]");
  if (keys === "Space") return target.matches("button, a, summary, [role=tab], input");
  return /^Arrow/.test(keys) && target.matches("input[type=radio], input[type=range]");
}

/** Listens until the returned function is called. */
export function listen(): () => void {
  let state: Pressed = { strokes: [], at_ms: 0 };
  const onKey = (event: KeyboardEvent) => {
    if (event.defaultPrevented || event.isComposing || event.repeat && !/^Arrow|^Page|^[jk]$/.test(event.key)) return;
    const typing = isTyping(event.target);
    const inDialog = document.querySelector("dialog[open]") !== null;
    const open = KEYS.filter((key) =>
      bound.some(({ id }) => id === key.id)
      && (!typing || key.inText)
      && (!inDialog || key.place === "dialog" || key.inText)
      && (!isSingle(key) || singleKeysAreOn()));
    const { hit, state: next } = press(open, state, strokeOf(event), event.timeStamp);
    state = next;
    if (!hit) return;
    if (isTheirs(event.target as Element, hit.keys)) return;
    // The newest first; one that has nothing to do leaves the key to the one before it.
    const isDone = bound.filter(({ id }) => id === hit.id).some(({ handle }) => handle()(event) !== false);
    if (isDone) event.preventDefault();
  };
  window.addEventListener("keydown", onKey);
  return () => window.removeEventListener("keydown", onKey);
}
