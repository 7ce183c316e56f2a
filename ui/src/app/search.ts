// Pure. The part of an address behind the question mark: plain text values, so that people can read and edit it.

export function parseSearch(text: string): Record<string, string> {
  return Object.fromEntries(new URLSearchParams(text));
}

export function writeSearch(values: Record<string, unknown>): string {
  const written = new URLSearchParams();
  for (const [name, value] of Object.entries(values)) {
    if (value !== undefined && value !== null && value !== "") written.set(name, String(value));
  }
  const text = written.toString();
  return text ? `?${text}` : "";
}

/** An address with its values; empty ones are left out. */
export function address(path: string, values: Record<string, string | undefined> = {}): string {
  return path + writeSearch(values);
}
