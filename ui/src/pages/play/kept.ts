// Drafts of prompts and inputs of one's own survive a reload; they stay in this tab and in no address.
import { useEffect, useState } from "react";
import type { Json } from "../../api/contract.ts";
import type { Draft } from "./draft.ts";

export interface Kept {
  drafts: Record<string, Draft>;
  own: Record<string, Json>[];
}

const EMPTY: Kept = { drafts: {}, own: [] };

export function useKept(feature: string) {
  const name = `karat.play.${feature}`;
  const [kept, setKept] = useState<Kept>(() => read(name));
  useEffect(() => {
    try {
      sessionStorage.setItem(name, JSON.stringify(kept));
    } catch {
      // A tab that may keep nothing still works.
    }
  }, [name, kept]);
  const setDraft = (variant: string, draft: Draft | null) =>
    setKept((now) => {
      const { [variant]: _old, ...rest } = now.drafts;
      return { ...now, drafts: draft ? { ...rest, [variant]: draft } : rest };
    });
  const setOwn = (own: Record<string, Json>[]) => setKept((now) => ({ ...now, own }));
  return { ...kept, setDraft, setOwn };
}

function read(name: string): Kept {
  try {
    const value = JSON.parse(sessionStorage.getItem(name) ?? "{}") as Partial<Kept> | null;
    return { ...EMPTY, ...value };
  } catch {
    return EMPTY;
  }
}
