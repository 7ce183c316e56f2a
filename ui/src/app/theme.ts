// Light, dark, or as the computer says.
import { useSyncExternalStore } from "react";

export type Theme = "auto" | "light" | "dark";

const KEPT = "karat.theme";
const ORDER: readonly Theme[] = ["auto", "light", "dark"];
const watchers = new Set<() => void>();

export function theme(): Theme {
  const kept = localStorage.getItem(KEPT);
  return ORDER.find((each) => each === kept) ?? "auto";
}

/** Before the first paint. */
export function applyTheme(): void {
  const now = theme();
  if (now === "auto") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = now;
}

export function nextTheme(): void {
  const next = ORDER[(ORDER.indexOf(theme()) + 1) % ORDER.length] ?? "auto";
  localStorage.setItem(KEPT, next);
  applyTheme();
  for (const watcher of watchers) watcher();
}

export function useTheme(): Theme {
  return useSyncExternalStore((watcher) => {
    watchers.add(watcher);
    return () => {
      watchers.delete(watcher);
    };
  }, theme);
}
