// Pure. From rows and columns to calls of play.run.
import type { InputOf, Json, PlayInputWish, PlayVariantWish } from "../../api/contract.ts";
import type { Column } from "./choice.ts";
import type { Draft } from "./draft.ts";

/** A row of the grid: a case that tunes, or an input of one's own. */
export interface Row {
  key: string;
  case_id: string | null;
  input: Record<string, Json>;
  expected: Json | null;
  tags: string[];
}

export interface Batch {
  input: InputOf<"play.run">;
  /** From a variant's name in the answers to the column that they belong to. */
  columnOf: Map<string, string>;
}

/** Calls in which no variant stands twice: its draft is asked in a call of its own. */
export function batches(feature: string, rows: readonly Row[], columns: readonly Column[], drafts: Readonly<Record<string, Draft>>, trials: number): Batch[] {
  const inputs = rows.map(({ case_id, input }): PlayInputWish => (case_id === null ? { input } : { case_id }));
  return [columns.filter(({ isDraft }) => !isDraft), columns.filter(({ isDraft }) => isDraft)]
    .filter((some) => some.length > 0 && inputs.length > 0)
    .map((some) => ({
      input: { feature, inputs, trials, variants: some.map((column) => wish(column, drafts[column.name])) },
      columnOf: new Map(some.map(({ name, key }) => [name, key])),
    }));
}

function wish({ name, isDraft }: Column, draft: Draft | undefined): PlayVariantWish {
  if (!isDraft || !draft) return { name };
  return { name, draft: { prompt: draft.text, ...(draft.model ? { model: draft.model } : {}) } };
}

export function ownRow(input: Record<string, Json>): Row {
  return { key: `own ${JSON.stringify(input)}`, case_id: null, input, expected: null, tags: [] };
}
