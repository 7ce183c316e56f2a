// Pure. Bets in the order in which somebody has to look at them.
import type { BetShown } from "../../api/contract.ts";

export type State = BetShown["state"];

export const STATES: readonly (readonly [State, string])[] = [
  ["due", "due: decide"],
  ["running", "running"],
  ["won", "won"],
  ["killed", "killed"],
];

export function groupsOf<B extends { state: State }>(bets: readonly B[]): { state: State; word: string; bets: B[] }[] {
  return STATES
    .map(([state, word]) => ({ state, word, bets: bets.filter((bet) => bet.state === state) }))
    .filter((group) => group.bets.length > 0);
}

/** How much of the time between the lock and the deadline has passed; null where one of them is not known. */
export function share(locked_at: string | null, deadline: string | null, now_ms: number): number | null {
  const from = Date.parse(locked_at ?? "");
  const to = Date.parse(deadline ?? "");
  if (Number.isNaN(from) || Number.isNaN(to)) return null;
  if (to <= from) return 1;
  return Math.max(0, Math.min(1, (now_ms - from) / (to - from)));
}

/** in 25 days, today, 3 days ago */
export function daysLeft(days: number): string {
  if (days === 0) return "today";
  const n = Math.abs(days);
  const said = n === 1 ? "1 day" : `${n} days`;
  return days > 0 ? `in ${said}` : `${said} ago`;
}
