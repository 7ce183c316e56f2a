// Pure. What changed between two texts, line by line: the longest common part stays, the rest was taken out or put in.

export interface Line {
  kind: "same" | "out" | "in";
  text: string;
}

/** More cells than this would keep a page waiting; the middle then counts as replaced. */
const MOST_CELLS = 4_000_000;

export function compareLines(before: string, after: string): Line[] {
  const first = linesOf(before);
  const second = linesOf(after);
  let start = 0;
  while (start < first.length && start < second.length && first[start] === second[start]) start += 1;
  let end = 0;
  while (end < first.length - start && end < second.length - start && first[first.length - 1 - end] === second[second.length - 1 - end]) end += 1;
  const same = (text: string): Line => ({ kind: "same", text });
  return [
    ...first.slice(0, start).map(same),
    ...middle(first.slice(start, first.length - end), second.slice(start, second.length - end)),
    ...first.slice(first.length - end).map(same),
  ];
}

function linesOf(text: string): string[] {
  const lines = text.replace(/\r\n?/g, "\n");
  return lines === "" ? [] : lines.replace(/\n$/, "").split("\n");
}

function middle(first: string[], second: string[]): Line[] {
  const width = second.length + 1;
  if (first.length * second.length > MOST_CELLS) {
    return [...first.map((text): Line => ({ kind: "out", text })), ...second.map((text): Line => ({ kind: "in", text }))];
  }
  const longest = new Uint32Array((first.length + 1) * width);
  const at = (i: number, j: number) => longest[i * width + j] ?? 0;
  for (let i = first.length - 1; i >= 0; i -= 1) {
    for (let j = second.length - 1; j >= 0; j -= 1) {
      longest[i * width + j] = first[i] === second[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  }
  const found: Line[] = [];
  let i = 0;
  let j = 0;
  while (i < first.length || j < second.length) {
    const out = first[i];
    const into = second[j];
    if (out !== undefined && out === into) {
      found.push({ kind: "same", text: out });
      i += 1;
      j += 1;
    } else if (out !== undefined && (into === undefined || at(i + 1, j) >= at(i, j + 1))) {
      found.push({ kind: "out", text: out });
      i += 1;
    } else if (into !== undefined) {
      found.push({ kind: "in", text: into });
      j += 1;
    }
  }
  return found;
}

/** Changed lines with `around` unchanged ones beside them; null stands for a gap. */
export function onlyChanged(lines: readonly Line[], around = 3): (Line | null)[] {
  const isNear = lines.map((_, index) => lines.slice(Math.max(0, index - around), index + around + 1).some(({ kind }) => kind !== "same"));
  return lines.flatMap((line, index): (Line | null)[] => {
    if (isNear[index]) return [line];
    return index === 0 || isNear[index - 1] ? [null] : [];
  });
}

export function countChanges(lines: readonly Line[]): { n_in: number; n_out: number } {
  return {
    n_in: lines.filter(({ kind }) => kind === "in").length,
    n_out: lines.filter(({ kind }) => kind === "out").length,
  };
}
