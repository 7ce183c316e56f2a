// Pure. From rows and columns to a call of play.run.
import type { InputOf, Json, PlayInputWish, PlayVariantWish } from "../../api/contract.ts";
import type { Choice, Column } from "./choice.ts";
import type { Draft } from "./draft.ts";

/** What one call takes. */
export const MOST = { inputs: 20, columns: 6, repeats: 20 } as const;

/** A row of the grid: a case that tunes, or an input of one's own. */
export interface Row {
  key: string;
  case_id: string | null;
  input: Record<string, Json>;
  expected: Json | null;
  tags: string[];
}

/** Answers name the position of their column, so that a draft and what is saved are told apart. */
export function wishOf(feature: string, rows: readonly Row[], { columns, repeats, cap_usd }: Pick<Choice, "columns" | "repeats" | "cap_usd">, drafts: Readonly<Record<string, Draft>>): InputOf<"play.run"> {
  return {
    feature,
    inputs: rows.map(({ case_id, input }): PlayInputWish => (case_id === null ? { input } : { case_id })),
    variants: columns.map((column) => variantWish(column, drafts[column.name])),
    trials: repeats,
    cap_usd,
  };
}

function variantWish({ name, isDraft }: Column, draft: Draft | undefined): PlayVariantWish {
  if (!isDraft || !draft) return { name };
  return { name, draft: { prompt: draft.text, ...(draft.model ? { model: draft.model } : {}) } };
}

/** Why this cannot be run; null where it can. */
export function refusal(n_inputs: number, n_columns: number): string | null {
  if (n_columns === 0) return "Choose a variant.";
  if (n_inputs === 0) return "Choose inputs, or write one of your own.";
  if (n_columns > MOST.columns) return `At most ${MOST.columns} variants run at once; ${n_columns} are chosen.`;
  if (n_inputs > MOST.inputs) return `At most ${MOST.inputs} inputs run at once; ${n_inputs} are chosen.`;
  return null;
}

export function ownRow(input: Record<string, Json>): Row {
  return { key: `own ${JSON.stringify(input)}`, case_id: null, input, expected: null, tags: [] };
}
