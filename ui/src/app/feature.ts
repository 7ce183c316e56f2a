// The feature in hand: from the address, else the one that was looked at last, else the first.
import { useEffect } from "react";
import { useOperation } from "../api/use.ts";
import { useFilters } from "./place.ts";

const KEPT = "karat.feature";

export function useFeatures(): { names: string[]; isKnown: boolean } {
  const { data } = useOperation("today.show", {});
  return { names: data?.features.map(({ name }) => name) ?? [], isKnown: data !== undefined };
}

/** Undefined until the features are known, or where there is none. */
export function useFeature(): string | undefined {
  const [{ feature }] = useFilters();
  const { names } = useFeatures();
  if (feature) return feature;
  const kept = localStorage.getItem(KEPT);
  return names.find((name) => name === kept) ?? names[0];
}

/** Keeps what the address says for the pages whose address says nothing. */
export function useFeatureKept(): void {
  const [{ feature }] = useFilters();
  const { names } = useFeatures();
  useEffect(() => {
    if (feature && names.includes(feature)) localStorage.setItem(KEPT, feature);
  }, [feature, names]);
}

export function keepFeature(name: string): void {
  localStorage.setItem(KEPT, name);
}
