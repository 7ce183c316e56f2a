// What somebody is writing survives a reload; it stays in this tab and is gone with it.
import { useEffect, useState } from "react";

/** Larger texts are pasted again; the room of a tab is small. */
const MOST = 2_000_000;

export function useKept<T extends object>(name: string, first: () => T): [T, (change: Partial<T>) => void, () => void] {
  const [value, setValue] = useState<T>(() => ({ ...first(), ...read(name) }));
  useEffect(() => {
    const text = JSON.stringify(value);
    try {
      if (text.length <= MOST) sessionStorage.setItem(name, text);
      else sessionStorage.removeItem(name);
    } catch {
      // A tab that may keep nothing still works.
    }
  }, [name, value]);
  return [value, (change) => setValue((now) => ({ ...now, ...change })), () => setValue(first())];
}

function read(name: string): object {
  try {
    const value: unknown = JSON.parse(sessionStorage.getItem(name) ?? "{}");
    return typeof value === "object" && value !== null ? value : {};
  } catch {
    return {};
  }
}
