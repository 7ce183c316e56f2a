// Pure. What a question may be answered with, and the value that is stored for it.
import type { Json, Queue } from "../../api/contract.ts";
import { textOf } from "../../parts/value.ts";

export interface Option {
  word: string;
  value: Json;
}

type Asked = Pick<Queue, "kind" | "options">;

const USUAL: Record<Queue["kind"], readonly string[]> = {
  choice: [], text: [], "yes-no": ["yes", "no"], scale: ["1", "2", "3", "4", "5"],
};

export function optionsOf({ kind, options }: Asked): Option[] {
  if (kind === "text") return [];
  const words = options.length > 0 ? options : USUAL[kind];
  return words.map((word) => ({ word, value: word }));
}

/** The option that a value stands for; −1 where it is none of them. */
export function indexOf(kind: Queue["kind"], options: readonly Option[], value: Json | undefined): number {
  if (value === undefined || value === null) return -1;
  const text = wordOf(kind, value);
  return options.findIndex((option) => option.word === text);
}

/** A value in the words of its question: what is stored as true was answered with yes. */
export function wordOf(kind: Queue["kind"], value: Json): string {
  if (kind === "yes-no" && typeof value === "boolean") return value ? "yes" : "no";
  return textOf(value);
}

/** The ids of a guideline's rules: lines that begin with capital letters, digits and a colon, such as `R1: …`. */
export function ruleIds(text: string): string[] {
  const found = text.split("\n").flatMap((line) => /^[\s\-*#>_]*([A-Z]{1,6}\d{1,4})[:*]/.exec(line)?.[1] ?? []);
  return [...new Set(found)];
}

/** What hinders committing, as a sentence; null where nothing does. */
export function hinders({ kind }: Asked, value: Json | undefined): string | null {
  if (kind === "text") return typeof value === "string" && value.trim() !== "" ? null : "Write the answer first.";
  return value === undefined ? "Choose an option first." : null;
}

const MODES: Record<Queue["mode"], string> = {
  blind: "Blind: no model's answer and nobody else's label is shown.",
  "blind-then-reveal": "Blind, then reveal: commit first; then you may see the model's answer.",
  assisted: "Assisted: a suggestion is shown. Labels made with AI shown never count for gates.",
};

/** What the mode means; a thing that is judged has to be seen, so only its maker stays hidden. */
export function modeSays(mode: Queue["mode"], isJudging: boolean): string {
  if (mode === "blind" && isJudging) return "Blind: you see the answer; who gave it and what others said stays hidden.";
  return MODES[mode];
}

export function guidelineSays(version: number): string {
  return version === 0 ? "no guideline yet" : `guideline v${version}`;
}

export function queuePath(queue: string, part = ""): string {
  return `/label/${encodeURIComponent(queue)}${part ? `/${part}` : ""}`;
}
