// Pure. The roles, each of which may do what the ones before it may.
import type { Role, TokenRole } from "../../../api/contract.ts";

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

export function may(role: TokenRole): string {
  return TOKEN_ROLES.find((each) => each.role === role)?.may ?? "";
}
