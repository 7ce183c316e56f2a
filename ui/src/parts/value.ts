// Pure. JSON as people read it. What a model said is text and nothing else.
import type { Json } from "../api/contract.ts";

/** One text: the text itself, the only field of an object, or the JSON. */
export function textOf(value: Json): string {
  if (value === null || value === undefined) return "";
  if (typeof value === "string") return value;
  if (typeof value !== "object") return String(value);
  const fields = fieldsOf(value);
  if (fields?.length === 1 && fields[0] && isPlain(fields[0][1])) return String(fields[0][1]);
  return JSON.stringify(value);
}

/** The fields of an object, or null for anything else. */
export function fieldsOf(value: Json): [string, Json][] | null {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return null;
  return Object.entries(value);
}

export function isPlain(value: Json): boolean {
  return value === null || typeof value !== "object";
}
