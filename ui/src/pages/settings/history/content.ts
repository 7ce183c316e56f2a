// Pure. A stored content as lines that can be compared: text as it is, anything else as sorted JSON.
import type { Json } from "../../../api/contract.ts";

export function linesOfContent(content: Json): string {
  if (typeof content === "string") return content;
  return JSON.stringify(content, (_, value: unknown) => (isObject(value) ? sorted(value) : value), 2) ?? "";
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The order of fields says nothing, so it is no difference. */
function sorted(value: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).sort(([first], [second]) => (first < second ? -1 : 1)));
}
