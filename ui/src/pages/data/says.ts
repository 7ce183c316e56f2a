// Pure. Datasets in words and addresses.
import type { CaseRow, DatasetShown } from "../../api/contract.ts";
import { address } from "../../app/search.ts";
import { count } from "../../says/number.ts";

export function casesPath(dataset: string, part: "" | "versions" | "health" = "", values: Record<string, string | undefined> = {}): string {
  return address(`/data/${encodeURIComponent(dataset)}${part ? `/${part}` : ""}`, values);
}

/** The first letters of a version's hash are enough to tell it from others. */
export function shortVersion(version: string): string {
  return version.slice(0, 8);
}

/** `28 tuning, 12 held out`; nothing where no case is held out. */
export function splitSays({ n_tune, n_gate }: Pick<DatasetShown, "n_tune" | "n_gate">): string {
  return n_gate === 0 ? "" : `${count(n_tune)} tuning, ${count(n_gate)} held out`;
}

const SPLITS: Record<CaseRow["split"], string> = { both: "tuning and gate", tune: "tuning", gate: "held out" };

export function splitWord(split: CaseRow["split"]): string {
  return SPLITS[split];
}

/** `metadata.segment` is `segment`. */
export function fieldWord(field: string): string {
  return field.replace(/^(metadata|input)\./, "");
}
