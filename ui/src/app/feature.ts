// The feature in hand: from the address, else the one that was looked at last, else the first.
import { useEffect, useSyncExternalStore } from "react";
import { useOperation } from "../api/use.ts";
import { useFilters } from "./place.ts";

const KEPT = "karat.feature";
const watchers = new Set<() => void>();

/** Pages whose address names no feature show this one. */
export function keepFeature(name: string): void {
  if (localStorage.getItem(KEPT) === name) return;
  localStorage.setItem(KEPT, name);
  for (const watcher of watchers) watcher();
}

/** Keeps the feature that a page turned out to be about, such as that of a run. */
export function useKeptFeature(name: string | undefined): void {
  useEffect(() => {
    if (name) keepFeature(name);
  }, [name]);
}

/** Known as soon as they were asked for, even where the answer is a problem: pages then say their own. */
export function useFeatures(): { names: string[]; isKnown: boolean } {
  const { data, isError } = useOperation("today.show", {});
  return { names: data?.features.map(({ name }) => name) ?? [], isKnown: data !== undefined || isError };
}

/** Undefined until the features are known, or where there is none. */
export function useFeature(): string | undefined {
  const [{ feature }] = useFilters();
  const { names } = useFeatures();
  const kept = useSyncExternalStore(watch, () => localStorage.getItem(KEPT));
  if (feature) return feature;
  return names.find((name) => name === kept) ?? names[0];
}

/** Keeps what the address says for the pages whose address says nothing. */
export function useFeatureKept(): void {
  const [{ feature }] = useFilters();
  const { names } = useFeatures();
  useKeptFeature(names.find((name) => name === feature));
}

function watch(watcher: () => void) {
  watchers.add(watcher);
  return () => {
    watchers.delete(watcher);
  };
}
