// Pure. What changed between two texts, line by line: the longest common lines stay.

export interface Line {
  kind: "same" | "added" | "removed";
  text: string;
}

/** A piece of a difference: lines, or so many equal ones that nobody has to read. */
export type Piece = { kind: "lines"; lines: Line[] } | { kind: "folded"; n: number };

/** Beyond this many pairs of lines the middle counts as replaced as a whole. */
const MOST_PAIRS = 4_000_000;

export function diff(before: string, after: string): Line[] {
  const first = linesOf(before);
  const second = linesOf(after);
  let from = 0;
  while (from < first.length && from < second.length && first[from] === second[from]) from += 1;
  let end = 0;
  while (end < first.length - from && end < second.length - from && first.at(-1 - end) === second.at(-1 - end)) end += 1;
  const same = (lines: readonly string[]) => lines.map((text): Line => ({ kind: "same", text }));
  return [
    ...same(first.slice(0, from)),
    ...middle(first.slice(from, first.length - end), second.slice(from, second.length - end)),
    ...same(first.slice(first.length - end)),
  ];
}

function middle(first: readonly string[], second: readonly string[]): Line[] {
  const [rows, columns] = [first.length, second.length];
  const replaced = () => [
    ...first.map((text): Line => ({ kind: "removed", text })),
    ...second.map((text): Line => ({ kind: "added", text })),
  ];
  if (rows === 0 || columns === 0 || rows * columns > MOST_PAIRS) return replaced();
  // common[i][j]: how many lines first[i..] and second[j..] share in order.
  const width = columns + 1;
  const common = new Uint32Array((rows + 1) * width);
  const at = (row: number, column: number) => common[row * width + column] ?? 0;
  for (let row = rows - 1; row >= 0; row -= 1) {
    for (let column = columns - 1; column >= 0; column -= 1) {
      common[row * width + column] = first[row] === second[column]
        ? at(row + 1, column + 1) + 1
        : Math.max(at(row + 1, column), at(row, column + 1));
    }
  }
  const lines: Line[] = [];
  let [row, column] = [0, 0];
  while (row < rows || column < columns) {
    const [one, other] = [first[row], second[column]];
    if (one !== undefined && one === other) {
      lines.push({ kind: "same", text: one });
      row += 1;
      column += 1;
    } else if (one !== undefined && (other === undefined || at(row + 1, column) >= at(row, column + 1))) {
      lines.push({ kind: "removed", text: one });
      row += 1;
    } else if (other !== undefined) {
      lines.push({ kind: "added", text: other });
      column += 1;
    }
  }
  return lines;
}

/** Equal lines far from any change, folded; `around` of them stay beside each change. */
export function folded(lines: readonly Line[], around = 2): Piece[] {
  const isNear = lines.map((_, index) =>
    lines.slice(Math.max(0, index - around), index + around + 1).some(({ kind }) => kind !== "same"));
  const pieces: Piece[] = [];
  lines.forEach((line, index) => {
    const last = pieces.at(-1);
    if (isNear[index]) {
      if (last?.kind === "lines") last.lines.push(line);
      else pieces.push({ kind: "lines", lines: [line] });
    } else if (last?.kind === "folded") last.n += 1;
    else pieces.push({ kind: "folded", n: 1 });
  });
  return pieces;
}

export function counts(lines: readonly Line[]): { n_added: number; n_removed: number } {
  return {
    n_added: lines.filter(({ kind }) => kind === "added").length,
    n_removed: lines.filter(({ kind }) => kind === "removed").length,
  };
}

function linesOf(text: string): string[] {
  const lines = text.replace(/\r\n?/g, "\n").split("\n");
  return lines.at(-1) === "" ? lines.slice(0, -1) : lines;
}
