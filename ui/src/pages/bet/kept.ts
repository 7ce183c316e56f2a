// What somebody is writing survives a reload; it stays in this tab and is gone with it.
import { useEffect, useState } from "react";

/** Larger texts are pasted again; the room of a tab is small. */
const MOST = 2_000_000;

export function useKept<T extends object>(name: string, first: () => T): [T, (change: Partial<T>) => void, () => void] {
  const [value, setValue] = useState<T>(() => ({ ...first(), ...read(name) }));
  useEffect(() => {
    const write = () => {
      const text = JSON.stringify(value);
      try {
        if (text.length <= MOST) sessionStorage.setItem(name, text);
        else sessionStorage.removeItem(name);
      } catch {
        // A tab that may keep nothing still works.
      }
    };
    // Not at every letter: the rows may be long.
    const soon = setTimeout(write, 300);
    window.addEventListener("pagehide", write);
    return () => {
      clearTimeout(soon);
      window.removeEventListener("pagehide", write);
    };
  }, [name, value]);
  const forget = () => {
    sessionStorage.removeItem(name);
    setValue(first());
  };
  return [value, (change) => setValue((now) => ({ ...now, ...change })), forget];
}

function read(name: string): object {
  try {
    const value: unknown = JSON.parse(sessionStorage.getItem(name) ?? "{}");
    return typeof value === "object" && value !== null ? value : {};
  } catch {
    return {};
  }
}
