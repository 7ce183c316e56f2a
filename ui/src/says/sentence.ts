// Pure. What the server says in passing, as a sentence that stands alone.

/** As a sentence: a capital letter first, a full stop last. */
export function asSentence(text: string): string {
  const trimmed = text.trim();
  return trimmed === "" ? "" : `${trimmed[0]?.toUpperCase()}${trimmed.slice(1)}${/[.!?]$/.test(trimmed) ? "" : "."}`;
}
