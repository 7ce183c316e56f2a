// Pure. A bet that is being written: its defaults, what it still lacks, what is sent.
import type { BetColumns, CreateBet, Preview } from "../../api/contract.ts";
import { lacks } from "./columns.ts";

export interface Draft {
  text: string;
  file_name: string | null;
  /** Chosen by hand; null is as guessed. */
  columns: BetColumns | null;
  name: string;
  hypothesis: string;
  scorer: string;
  /** Of 100. */
  floor: string;
  deadline: string;
  spend_cap: string;
  why_us: string;
  about: string;
  draft_rules: boolean;
}

export function emptyDraft(now: Date): Draft {
  return {
    text: "", file_name: null, columns: null, name: "", hypothesis: "", scorer: "", floor: "85",
    deadline: dayAfter(now, 28), spend_cap: "", why_us: "", about: "", draft_rules: true,
  };
}

/** A day as it is written in the file: 2026-12-21. */
export function dayAfter(now: Date, days: number): string {
  const day = new Date(now.getFullYear(), now.getMonth(), now.getDate() + days);
  const two = (value: number) => String(value).padStart(2, "0");
  return `${day.getFullYear()}-${two(day.getMonth() + 1)}-${two(day.getDate())}`;
}

export type Missing = { field: "rows" | "columns" | "hypothesis" | "floor" | "deadline" | "spend_cap"; says: string };

/** What stands between a draft and its verdict, in the order of the page. */
export function missing(draft: Draft, preview: Preview | undefined, today: string): Missing[] {
  if (draft.text === "" || !preview || preview.n_rows === 0) return [{ field: "rows", says: "the rows" }];
  const found: Missing[] = [];
  const column = lacks(preview.columns, draft.draft_rules);
  if (column) found.push({ field: "columns", says: column });
  if (!draft.hypothesis.trim()) found.push({ field: "hypothesis", says: "the hypothesis" });
  if (floorOf(draft.floor) === null) found.push({ field: "floor", says: "a floor between 1 and 100" });
  if (!/^\d{4}-\d\d-\d\d$/.test(draft.deadline)) found.push({ field: "deadline", says: "the deadline" });
  else if (draft.deadline < today) found.push({ field: "deadline", says: "a deadline that has not passed" });
  if (capOf(draft.spend_cap) === undefined) found.push({ field: "spend_cap", says: "a spending limit as a number" });
  return found;
}

/** 0 to 1, from what was typed of 100. */
export function floorOf(typed: string): number | null {
  const of100 = Number(typed.replace(",", "."));
  if (!typed.trim() || !(of100 > 0 && of100 <= 100)) return null;
  return Math.round(of100 * 100) / 10_000;
}

/** Null where there is none, undefined where it cannot be read. */
function capOf(typed: string): number | null | undefined {
  const text = typed.replace(/[$,\s]/g, "");
  if (!text) return null;
  const usd = Number(text);
  return usd >= 0 ? usd : undefined;
}

export function toCreate(draft: Draft, preview: Preview): CreateBet {
  const why = draft.why_us.trim();
  const about = draft.about.trim();
  return {
    name: draft.name.trim() || preview.suggested_name,
    ...(about ? { about } : {}),
    text: draft.text,
    columns: preview.columns,
    hypothesis: draft.hypothesis.trim(),
    scorer: draft.scorer || (preview.scorers[0]?.kind ?? "equals"),
    floor: floorOf(draft.floor) ?? 0,
    deadline: draft.deadline,
    spend_cap_usd: capOf(draft.spend_cap) ?? null,
    why_us: why || null,
    draft_rules: draft.draft_rules && preview.columns.expected !== null,
  };
}
