// Pure. The answers of one cell: marks for each repeat, equal ones folded.
import type { Json, PlayAnswer, PlayCell } from "../../api/contract.ts";

export type Mark = "right" | "wrong" | "failed" | "unknown" | "waiting";

export interface Group {
  output: Json;
  /** Set where these answers are failures. */
  failure: string | null;
  answers: { answer: PlayAnswer; position: number }[];
}

/** A sign that tells without colour. */
export const SIGNS: Record<Mark, string> = { right: "✓", wrong: "✗", failed: "!", unknown: "•", waiting: "○" };

export function markOf(answer: PlayAnswer): Mark {
  if (answer.failure !== null) return "failed";
  if (answer.is_right === null) return "unknown";
  return answer.is_right ? "right" : "wrong";
}

export function marksOf(cell: PlayCell): Mark[] {
  const marks = cell.answers.map(markOf);
  return [...marks, ...Array<Mark>(Math.max(0, cell.n - marks.length)).fill("waiting")];
}

/** Equal answers together, the most frequent first; the server says which answers count as equal. */
export function groupsOf(cell: PlayCell): Group[] {
  const groups: Group[] = cell.groups.map(({ output }) => ({ output, failure: null, answers: [] }));
  cell.answers.forEach((answer, index) => {
    const own = keyOf(answer);
    let group = groups.find((each) => each.failure === answer.failure && (answer.failure !== null || keyOf(each) === own));
    if (!group) {
      group = { output: answer.output, failure: answer.failure, answers: [] };
      groups.push(group);
    }
    group.answers.push({ answer, position: index + 1 });
  });
  return groups
    .filter(({ answers }) => answers.length > 0)
    .sort((first, second) => Number(first.failure !== null) - Number(second.failure !== null) || second.answers.length - first.answers.length);
}

/** White space and the order of fields make no other answer. */
function keyOf({ output }: { output: Json }): string {
  if (typeof output !== "string") return JSON.stringify(sorted(output));
  const text = output.trim();
  if (!/^[[{]/.test(text)) return JSON.stringify(text);
  try {
    // A text that holds JSON is that JSON.
    return JSON.stringify(sorted(JSON.parse(text)));
  } catch {
    return JSON.stringify(text);
  }
}

function sorted(value: Json): Json {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).sort(([first], [second]) => (first < second ? -1 : 1)).map(([name, each]) => [name, sorted(each)]));
}

/** "3 of 5 the same", "all 5 the same", "2 of 5 so far"; nothing for a single repeat. */
export function sameness(cell: PlayCell, groups: readonly Group[]): string | null {
  if (cell.n <= 1) return null;
  if (cell.n_done < cell.n) return `${cell.n_done} of ${cell.n} so far`;
  const most = groups.find(({ failure }) => failure === null)?.answers.length ?? 0;
  if (most === 0) return "no answer";
  return most === cell.n ? `all ${cell.n} the same` : `${most} of ${cell.n} the same`;
}

/** What a cell is to those who hear it: "4 of 5 right, 1 failed". */
export function inWords(cell: PlayCell): string {
  const marks = marksOf(cell);
  const n = (mark: Mark) => marks.filter((each) => each === mark).length;
  const said = [
    n("right") + n("wrong") > 0 ? `${n("right")} of ${cell.n} right` : null,
    n("unknown") > 0 ? `${n("unknown")} of ${cell.n} answered, no desired answer known` : null,
    n("failed") > 0 ? `${n("failed")} failed` : null,
    n("waiting") > 0 ? `${n("waiting")} still to come` : null,
  ];
  return said.filter(Boolean).join(", ");
}
