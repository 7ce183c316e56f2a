// Pure. Which keys stand in each other's way.
import type { Key } from "./registry.ts";

/** Pairs that can be live at the same time and are equal, or where one begins the other. */
export function conflicts(keys: readonly Key[]): string[] {
  const found: string[] = [];
  keys.forEach((first, index) => {
    for (const second of keys.slice(index + 1)) {
      if (meet(first, second) && clash(first.keys, second.keys)) {
        found.push(`${first.id} (${first.keys}) and ${second.id} (${second.keys})`);
      }
    }
  });
  return found;
}

function meet(first: Key, second: Key): boolean {
  const places = [first.place, second.place];
  if (first.place === second.place || places.includes("everywhere")) return true;
  // One item fills the page: no list is there, and its keys rest while a dialog is open.
  if (places.includes("item")) return false;
  return places.includes("list") || places.includes("dialog");
}

function clash(first: string, second: string): boolean {
  return first === second || `${first} `.startsWith(`${second} `) || `${second} `.startsWith(`${first} `);
}
