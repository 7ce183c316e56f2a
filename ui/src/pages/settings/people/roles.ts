// Pure. The roles, each of which may do what the ones before it may.
import type { KeyLimits, Role, TokenRole, TokenShown } from "../../../api/contract.ts";
import { usd } from "../../../says/number.ts";

export const ROLES: readonly { role: Role; may: string }[] = [
  { role: "viewer", may: "reads everything but contents of held-out cases" },
  { role: "labeller", may: "labels and settles disputes" },
  { role: "editor", may: "changes prompts, data and criteria, runs evals and gates" },
  { role: "admin", may: "invites people and sets keys" },
];

/** What programs may do: those of people, and two that open one door only. */
export const TOKEN_ROLES: readonly { role: TokenRole; may: string }[] = [
  { role: "infer", may: "asks features for answers and sends signals" },
  { role: "signals", may: "sends signals and nothing else; may stand in a web page" },
  ...ROLES,
];

/** Whether a key of this role asks features, so that there is something to limit. */
export function asks(role: TokenRole): boolean {
  return role === "infer" || role === "editor" || role === "admin";
}

/** The limits that a form holds as text; empty fields limit nothing. */
export function limitsOf(money: string, requests: string, tokens: string): KeyLimits {
  const number = (text: string) => (text.trim() === "" ? null : Number(text));
  return { budget_usd_per_day: number(money), requests_per_minute: number(requests), tokens_per_minute: number(tokens) };
}

/** What may be used up with a key, in words. */
export function limitsInWords({ limits = {}, spent_usd }: TokenShown): string[] {
  const { budget_usd_per_day: money, requests_per_minute: requests, tokens_per_minute: tokens } = limits;
  return [
    money == null ? [] : [`${usd(spent_usd ?? 0)} of ${usd(money)} in 24 hours`],
    requests == null ? [] : [`${requests} requests a minute`],
    tokens == null ? [] : [`${tokens} tokens a minute`],
  ].flat();
}

export function may(role: TokenRole): string {
  return TOKEN_ROLES.find((each) => each.role === role)?.may ?? "";
}
