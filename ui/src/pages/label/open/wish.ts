// Pure. From the fields of the dialog to the queue that is opened.
import type { OpenQueue, Queue } from "../../../api/contract.ts";

export interface Fields {
  source: OpenQueue["source"];
  feature: string;
  name: string;
  rows: string;
  run: string;
  variant: string;
  split: string;
  sample: string;
  overlap: string;
  mode: Queue["mode"];
  kind: NonNullable<OpenQueue["kind"]> | "";
  question: string;
  options: string;
  guideline: string;
}

export const FIRST: Fields = {
  source: "cases", feature: "", name: "", rows: "", run: "", variant: "", split: "", sample: "", overlap: "2",
  mode: "blind", kind: "", question: "", options: "", guideline: "",
};

/** The wish, or what is missing, as a sentence. Fields that are empty are left to the server. */
export function wishOf(fields: Fields): { wish: OpenQueue } | { missing: string } {
  const { source, feature } = fields;
  if (!feature) return { missing: "Choose the feature." };
  if (source === "rows" && fields.rows.trim() === "") return { missing: "Paste the rows." };
  if (source === "answers" && !fields.run) return { missing: "Choose the run whose answers are judged." };
  const sample = whole(fields.sample);
  if (sample === null) return { missing: "The number of items is a whole number, at least 1." };
  const overlap = whole(fields.overlap);
  if (overlap === null) return { missing: "The number of people is a whole number, at least 1." };
  const options = optionsIn(fields.options);
  if (fields.kind === "choice" && options.length === 1) return { missing: "A choice needs two options." };
  const wish: OpenQueue = {
    feature, source, mode: fields.mode,
    ...(fields.kind !== "" && { kind: fields.kind }),
    ...given({ name: fields.name.trim(), question: fields.question.trim(), guideline: fields.guideline.trim() }),
    ...(sample !== undefined && { sample }),
    ...(overlap !== undefined && { overlap }),
    ...(options.length > 0 && { options }),
    ...(source === "rows" && { rows: fields.rows }),
    ...(source === "answers" && given({ run: fields.run, variant: fields.variant })),
    ...(source === "cases" && (fields.split === "tune" || fields.split === "gate") && { split: fields.split }),
  };
  return { wish };
}

function given<T extends Record<string, string>>(values: T): Partial<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== "")) as Partial<T>;
}

/** Undefined where nothing was written, null where it is no number. */
function whole(text: string): number | undefined | null {
  if (text.trim() === "") return undefined;
  const value = Number(text);
  return Number.isInteger(value) && value >= 1 ? value : null;
}

/** One option on each line, or between commas on one line. */
export function optionsIn(text: string): string[] {
  const pieces = text.includes("\n") ? text.split("\n") : text.split(",");
  return [...new Set(pieces.map((piece) => piece.trim()).filter(Boolean))];
}
