// Who is here. Plain routes, not operations: a session begins before anything may be called.
import { queryOptions, useQuery } from "@tanstack/react-query";
import type { Person, Role } from "./contract.ts";
import { ApiProblem, ask } from "./problem.ts";

export interface Me {
  person: Person;
  csrf: string;
  project: string | null;
  version: string;
}

let csrf = "";

/** The token that every call carries, so that no other site can make one. */
export function csrfToken(): string {
  return csrf;
}

async function remember(response: Response): Promise<Me> {
  const me = (await response.json()) as Me;
  csrf = me.csrf;
  return me;
}

export async function readSession(): Promise<Me | null> {
  try {
    return await remember(await ask("/session", { headers: { accept: "application/json" } }));
  } catch (thrown) {
    if (thrown instanceof ApiProblem && thrown.status === 401) return null;
    throw thrown;
  }
}

/** Redeems a sign-in link or an invite; an invite wants a name. */
export async function join(token: string, name?: string): Promise<Me> {
  const body = JSON.stringify(name ? { token, name } : { token });
  const headers = { "content-type": "application/json", accept: "application/json" };
  return remember(await ask("/session", { method: "POST", headers, body }));
}

export async function leave(): Promise<void> {
  await ask("/session", { method: "DELETE", headers: { "x-karat-csrf": csrf } });
  csrf = "";
}

export const sessionQuery = queryOptions({
  queryKey: ["session"],
  queryFn: readSession,
  staleTime: Number.POSITIVE_INFINITY,
  retry: false,
});

export function useMe(): Me | null | undefined {
  return useQuery(sessionQuery).data;
}

const ROLES: readonly Role[] = ["viewer", "labeller", "editor", "admin"];

/** Each role may do what the ones before it may. */
export function mayAct(role: Role | undefined, needed: Role): boolean {
  return role !== undefined && ROLES.indexOf(role) >= ROLES.indexOf(needed);
}

export function useMay(needed: Role): boolean {
  return mayAct(useMe()?.person.role, needed);
}
