// Calls an operation: POST /api/v1/<name>, JSON in, JSON out, problems thrown.
import type { InputOf, Name, OutputOf } from "./contract.ts";
import { ask } from "./problem.ts";
import { csrfToken } from "./session.ts";

export interface CallOptions {
  signal?: AbortSignal;
  /** The same key twice is the same write: the second answers what the first did. */
  once?: string;
}

export async function call<N extends Name>(
  name: N,
  input: InputOf<N>,
  options: CallOptions = {},
): Promise<OutputOf<N>> {
  const response = await post(name, input, "application/json", options);
  return (await response.json()) as OutputOf<N>;
}

export function post(
  name: Name,
  input: unknown,
  accept: string,
  { signal, once }: CallOptions,
): Promise<Response> {
  const headers: Record<string, string> = {
    "content-type": "application/json",
    accept,
    "x-karat-csrf": csrfToken(),
  };
  if (once) headers["idempotency-key"] = once;
  return ask(`/api/v1/${name}`, { method: "POST", headers, body: JSON.stringify(input), signal });
}

/** A key for one write; random, because two equal wishes can be two writes. */
export function writeKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
