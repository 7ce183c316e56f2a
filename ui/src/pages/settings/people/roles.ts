// Pure. The roles, each of which may do what the ones before it may.
import type { Role } from "../../../api/contract.ts";

export const ROLES: readonly { role: Role; may: string }[] = [
  { role: "viewer", may: "reads everything but contents of held-out cases" },
  { role: "labeller", may: "labels and settles disputes" },
  { role: "editor", may: "changes prompts, data and criteria, runs evals and gates" },
  { role: "admin", may: "invites people and sets keys" },
];

export function may(role: Role): string {
  return ROLES.find((each) => each.role === role)?.may ?? "";
}
