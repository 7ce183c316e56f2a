// Pure. A desired answer as somebody picks or types it.
import type { Json, PlayInput } from "../../api/contract.ts";
import { fieldsOf, isPlain, textOf } from "../../parts/value.ts";

const MOST_ANSWERS = 24;

/** The desired answers that cases have, as options; none where nearly every case has its own. */
export function knownAnswers(inputs: readonly PlayInput[]): [string, string][] {
  const known = new Map<string, string>();
  for (const { expected } of inputs) if (expected !== null) known.set(JSON.stringify(expected), textOf(expected));
  return known.size > MOST_ANSWERS ? [] : [...known].sort(([, first], [, second]) => first.localeCompare(second));
}

/** A typed answer in the shape that the others have: a field of its own, JSON, or a text. */
export function asAnswer(typed: string, inputs: readonly PlayInput[]): Json | null {
  const text = typed.trim();
  if (!text) return null;
  const sample = inputs.find(({ expected }) => expected !== null)?.expected ?? null;
  const fields = fieldsOf(sample);
  if (fields === null) return typeof sample === "number" && text !== "" && !Number.isNaN(Number(text)) ? Number(text) : text;
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null) return value;
  } catch {
    // Not JSON, so it is the text itself.
  }
  const only = fields[0];
  return fields.length === 1 && only && isPlain(only[1]) ? { [only[0]]: text } : text;
}
