// Pure. From strokes to a key of the list: sequences, and what counts as typing.
import type { Key } from "./registry.ts";

const SOON_MS = 1200;

export interface Pressed {
  strokes: string[];
  at_ms: number;
}

/** What a stroke leads to; the longest sequence that ends here wins. */
export function press(keys: readonly Key[], before: Pressed, stroke: string, now_ms: number): { hit: Key | null; state: Pressed } {
  const earlier = now_ms - before.at_ms <= SOON_MS ? before.strokes : [];
  for (const strokes of [[...earlier, stroke], [stroke]]) {
    const typed = strokes.join(" ");
    const hit = keys.find((key) => key.keys === typed);
    if (hit) return { hit, state: { strokes: [], at_ms: now_ms } };
    if (keys.some((key) => key.keys.startsWith(`${typed} `))) {
      return { hit: null, state: { strokes, at_ms: now_ms } };
    }
  }
  return { hit: null, state: { strokes: [], at_ms: now_ms } };
}

type Stroke = Pick<KeyboardEvent, "key" | "ctrlKey" | "metaKey" | "altKey" | "shiftKey">;

/** A keyboard event as it is written in the list; Shift counts only where it does not make another letter. */
export function strokeOf(event: Stroke): string {
  const name = event.key === " " ? "Space" : event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const isLetter = /^[a-z]$/.test(name);
  const shift = event.shiftKey && (isLetter || event.key.length > 1) ? "shift+" : "";
  return `${event.ctrlKey || event.metaKey ? "mod+" : ""}${event.altKey ? "alt+" : ""}${shift}${name}`;
}

/** True where plain keys are text. */
export function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.closest("[role=combobox], [role=listbox], [role=option]")) return true;
  if (target.isContentEditable || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement) return true;
  return target instanceof HTMLInputElement && !["checkbox", "radio", "button", "submit", "range"].includes(target.type);
}
