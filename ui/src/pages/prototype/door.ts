// The three calls of a prototype. They need no session: the token in the address is all that somebody has.
import type { Json, PrototypeAnswer, PrototypeView } from "../../api/contract.ts";
import { ask } from "../../api/problem.ts";

async function post<T>(path: string, body: unknown, keepalive = false): Promise<T> {
  const headers = { "content-type": "application/json", accept: "application/json" };
  const response = await ask(path, { method: "POST", headers, body: JSON.stringify(body), credentials: "omit", keepalive });
  return (await response.json()) as T;
}

const door = (token: string) => `/prototype/${encodeURIComponent(token)}`;

export function look(token: string): Promise<PrototypeView> {
  return post(door(token), {});
}

export function tryIt(token: string, input: Record<string, Json>): Promise<PrototypeAnswer> {
  return post(`${door(token)}/try`, { input });
}

export type Thumb = "up" | "down";

/** An answer takes one thumb; it arrives even if the page is being closed. */
export async function thumb(token: string, answer_id: string, thumbed: Thumb, comment: string): Promise<void> {
  await post<unknown>(`${door(token)}/thumb`, { answer_id, thumb: thumbed, ...(comment ? { comment } : {}) }, true);
}
