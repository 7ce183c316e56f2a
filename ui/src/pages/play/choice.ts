// Pure. What is played with what: the address says it, so that it can be sent to somebody.
import type { PlayInput, PlayStart } from "../../api/contract.ts";
import { textOf } from "../../parts/value.ts";
import { MOST } from "./wishes.ts";

/** A column of the grid: a variant as it is saved, or the draft of its prompt. */
export interface Column {
  key: string;
  name: string;
  isDraft: boolean;
}

export interface Choice {
  columns: Column[];
  repeats: number;
  cases: PlayInput[];
  /** Most dollars that one run may cost. */
  cap_usd: number;
  /** How many cases would fit what is looked for. */
  n_found: number;
}

export const REPEATS = [1, 3, 5, 10] as const;
export const SIZES = [5, 12, 20] as const;
export const CAPS = [1, 5, 20, 50] as const;

/** In the address, where names stand with + between them. */
const DRAFT = "*";

export type Asked = Readonly<Record<"variants" | "repeats" | "inputs" | "cases" | "find" | "tag" | "cap", string | undefined>>;

export function choose(start: PlayStart, asked: Asked): Choice {
  const found = matching(start.inputs, asked.find ?? "", asked.tag ?? "");
  const picked = asked.cases?.split(",").filter(Boolean);
  const cases = picked ? start.inputs.filter(({ case_id }) => picked.includes(case_id)) : found.slice(0, whole(asked.inputs, 12, MOST.inputs));
  return {
    columns: columnsOf(start, asked.variants),
    repeats: whole(asked.repeats, Math.min(Math.max(1, start.trials), MOST.repeats), MOST.repeats),
    cases,
    cap_usd: whole(asked.cap, CAPS[0], CAPS[3]),
    n_found: found.length,
  };
}

/** What was asked for, else the baseline and the first variants that can answer anything new. */
function columnsOf(start: PlayStart, asked: string | undefined): Column[] {
  if (asked !== undefined) {
    const keys = asked.split(" ");
    return start.variants.flatMap(({ name, has_prompt }) => [
      ...(keys.includes(name) ? [column(name)] : []),
      ...(has_prompt && keys.includes(name + DRAFT) ? [column(name, true)] : []),
    ]);
  }
  const rest = start.variants.filter(({ is_baseline }) => !is_baseline);
  const able = rest.filter(({ can_run_new }) => can_run_new);
  const names = new Set([...(able.length > 0 ? able : rest).slice(0, 2), ...start.variants.filter(({ is_baseline }) => is_baseline)].map(({ name }) => name));
  return start.variants.filter(({ name }) => names.has(name)).map(({ name }) => column(name));
}

export function column(name: string, isDraft = false): Column {
  return { key: isDraft ? name + DRAFT : name, name, isDraft };
}

/** The value in the address with one column more or one less. */
export function toggled(columns: readonly Column[], { key }: Column): string {
  const keys = columns.map((each) => each.key);
  return (keys.includes(key) ? keys.filter((each) => each !== key) : [...keys, key]).join(" ") || NONE;
}

/** No column at all, as a value that an address can carry. */
const NONE = ".";

export function written(columns: readonly Column[]): string {
  return columns.map(({ key }) => key).join(" ") || NONE;
}

export function matching(inputs: readonly PlayInput[], find: string, tag: string): PlayInput[] {
  const wanted = find.trim().toLowerCase();
  return inputs.filter((input) =>
    (!tag || input.tags.includes(tag))
    && (!wanted || `${input.case_id} ${Object.values(input.input).map(textOf).join(" ")}`.toLowerCase().includes(wanted)));
}

export function tagsOf(inputs: readonly PlayInput[]): string[] {
  return [...new Set(inputs.flatMap(({ tags }) => tags))].sort();
}

/** The next number of repeats on the ladder; after the last the first. */
export function nextRepeats(now: number): number {
  return REPEATS.find((each) => each > now) ?? REPEATS[0];
}

/** `n` of the inputs by chance, in the order that they have. */
export function drawn(inputs: readonly PlayInput[], n: number, random: () => number): PlayInput[] {
  const left = [...inputs];
  const taken = new Set<string>();
  while (taken.size < n && left.length > 0) {
    const [input] = left.splice(Math.floor(random() * left.length), 1);
    if (input) taken.add(input.case_id);
  }
  return inputs.filter(({ case_id }) => taken.has(case_id));
}

function whole(text: string | undefined, otherwise: number, most: number): number {
  const value = Number(text);
  return text && Number.isInteger(value) && value >= 1 ? Math.min(value, most) : otherwise;
}
