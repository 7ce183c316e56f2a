// The one list of keys: it drives the `?` sheet, the palette and docs/reference/keys.md; keys.test.ts finds conflicts.
import { PAGE_KEYS } from "./pages.ts";

/** Where a key works: everywhere, in any list, in any dialog, on one page, or on one item to label, where there is no list. */
export type Place = "everywhere" | "list" | "dialog" | "bet" | "play" | "evals" | "gate" | "live" | "label" | "item" | "data" | "page" | "settings";

export interface Key {
  /** `place.verb`; what a page binds its handler to. */
  id: string;
  place: Place;
  /** Keys pressed one after another, for example `g t`; `mod+` is Ctrl, on a Mac Cmd; the space bar is `Space`. */
  keys: string;
  says: string;
  /** A page that it opens. */
  go?: string;
  /** True where it has to work while somebody types. */
  inText?: true;
}

export const EVERYWHERE: readonly Key[] = [
  { id: "go.today", place: "everywhere", keys: "g t", says: "Open Today", go: "/today" },
  { id: "go.bet", place: "everywhere", keys: "g b", says: "New bet", go: "/bet" },
  { id: "go.play", place: "everywhere", keys: "g p", says: "Open Play", go: "/play" },
  { id: "go.evals", place: "everywhere", keys: "g e", says: "Open Evals", go: "/evals" },
  { id: "go.gate", place: "everywhere", keys: "g g", says: "Open Gate", go: "/gate" },
  { id: "go.live", place: "everywhere", keys: "g v", says: "Open Live, the features in production", go: "/live" },
  { id: "go.label", place: "everywhere", keys: "g l", says: "Open Label", go: "/label" },
  { id: "go.data", place: "everywhere", keys: "g d", says: "Open Data", go: "/data" },
  { id: "go.page", place: "everywhere", keys: "g r", says: "Open Page, the report to forward", go: "/page" },
  { id: "go.settings", place: "everywhere", keys: "g s", says: "Open Settings", go: "/settings" },
  { id: "palette.open", place: "everywhere", keys: "mod+k", says: "Find a page or a command", inText: true },
  { id: "keys.show", place: "everywhere", keys: "?", says: "Show the keys of this page" },
  { id: "theme.next", place: "everywhere", keys: "g h", says: "Change between light, dark and automatic" },
  { id: "next.do", place: "everywhere", keys: "g n", says: "Do the next step, the button in gold" },
];

export const LIST: readonly Key[] = [
  { id: "list.next", place: "list", keys: "j", says: "Next row" },
  { id: "list.previous", place: "list", keys: "k", says: "Previous row" },
  { id: "list.down", place: "list", keys: "ArrowDown", says: "Next row" },
  { id: "list.up", place: "list", keys: "ArrowUp", says: "Previous row" },
  { id: "list.open", place: "list", keys: "Enter", says: "Open the row" },
  { id: "list.first", place: "list", keys: "Home", says: "First row" },
  { id: "list.last", place: "list", keys: "End", says: "Last row" },
  { id: "list.page_down", place: "list", keys: "PageDown", says: "A screen of rows down, in long lists" },
  { id: "list.page_up", place: "list", keys: "PageUp", says: "A screen of rows up, in long lists" },
  { id: "dialog.close", place: "dialog", keys: "Escape", says: "Close what is open", inText: true },
];

export const KEYS: readonly Key[] = [...EVERYWHERE, ...LIST, ...PAGE_KEYS];

export function keyOf(id: string): Key | undefined {
  return KEYS.find((key) => key.id === id);
}

/** True where pressing it needs no Ctrl, Alt or Cmd: people who speak to their computer can switch these off. */
export function isSingle(key: Pick<Key, "keys">): boolean {
  return key.keys.split(" ").every((stroke) => !stroke.includes("+") && /^(.|Space)$/u.test(stroke));
}

/** How keys are drawn: `G T`, `Ctrl K`. */
export function drawn(keys: string, isMac = /Mac|iP/.test(globalThis.navigator?.platform ?? "")): string {
  const words: Record<string, string> = { mod: isMac ? "⌘" : "Ctrl", Enter: "↵", ArrowDown: "↓", ArrowUp: "↑", ArrowLeft: "←", ArrowRight: "→", Escape: "Esc", PageUp: "Page up", PageDown: "Page down" };
  return keys
    .split(" ")
    .flatMap((stroke) => stroke.split("+"))
    .map((word) => words[word] ?? (word.length === 1 ? word.toUpperCase() : word[0]?.toUpperCase() + word.slice(1)))
    .join(" ");
}
