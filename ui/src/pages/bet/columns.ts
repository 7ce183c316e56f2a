// Pure. What each pasted column stands for, and what is still missing before a bet can be judged.
import type { BetColumns } from "../../api/contract.ts";

export const ROLES = [
  ["input", "input"],
  ["expected", "desired answer"],
  ["answers", "a candidate"],
  ["tags", "tags"],
  ["id", "row name"],
  ["metadata", "segment"],
  ["ignore", "ignored"],
] as const;

export type Role = (typeof ROLES)[number][0];

const SINGLE = ["id", "expected", "tags"] as const;
const SEVERAL = ["input", "answers", "metadata"] as const;

export function roleOf(columns: BetColumns, name: string): Role {
  const single = SINGLE.find((role) => columns[role] === name);
  return single ?? SEVERAL.find((role) => columns[role].includes(name)) ?? "ignore";
}

/** The columns with one of them in another role; who had a role that only one can have is ignored. */
export function assign(columns: BetColumns, names: readonly string[], name: string, role: Role): BetColumns {
  const changed: BetColumns = { ...columns };
  for (const single of SINGLE) if (changed[single] === name) changed[single] = null;
  for (const several of SEVERAL) changed[several] = changed[several].filter((each) => each !== name);
  if (role === "id" || role === "expected" || role === "tags") changed[role] = name;
  else if (role !== "ignore") changed[role] = names.filter((each) => each === name || changed[role].includes(each));
  return changed;
}

/** Columns that somebody chose hold only as long as the rows have them. */
export function stillFit(columns: BetColumns | null, names: readonly string[]): boolean {
  if (!columns) return false;
  const used = [...SINGLE.map((role) => columns[role]), ...SEVERAL.flatMap((role) => columns[role])];
  return used.every((name) => name === null || names.includes(name));
}

/** Why nothing could be judged with these columns; null where something can. */
export function lacks(columns: BetColumns, draftsRules: boolean): string | null {
  if (columns.input.length === 0) return "which column is the input";
  if (columns.answers.length > 0) return null;
  if (!columns.expected) return "a column with desired answers, or one with the answers of a candidate";
  return draftsRules ? null : "a column with the answers of a candidate, or rules drafted from the rows";
}
