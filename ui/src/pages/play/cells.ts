// Pure. Where answers are kept: by row and column, or by column alone.
import type { PlayCell } from "../../api/contract.ts";

export const cellKey = (row: string, column: string) => `${row}\n${column}`;

const columnOf = (key: string) => key.slice(key.lastIndexOf("\n") + 1);

/** Without what the column answered before; with what its draft answered, where that is what was saved. */
export function settled<V>(kept: ReadonlyMap<string, V>, own: string, draft: string, isSame: boolean): Map<string, V> {
  const next = new Map<string, V>();
  for (const [key, value] of kept) {
    const column = columnOf(key);
    if (column === draft && isSame) next.set(key.slice(0, key.length - draft.length) + own, value);
    else if (column !== own && column !== draft) next.set(key, value);
  }
  return next;
}

/** True where anything in the column was answered by the mock server. */
export function isSimulated(cells: ReadonlyMap<string, PlayCell>, column: string): boolean {
  for (const [key, { answers }] of cells) {
    if (columnOf(key) === column && answers.some(({ simulated }) => simulated)) return true;
  }
  return false;
}
