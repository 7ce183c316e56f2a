// Pure. What the page says about shares, money and reasons.
import type { LiveFeature, LiveShare, LiveSum, LiveWorst, Outcome } from "../../api/contract.ts";
import type { Measured } from "../../api/contract.ts";
import { count, plural, rate, usd } from "../../says/number.ts";

/** `12 of 340 · 0.04 [0.02, 0.06]`; over nothing nothing is known. */
export function shareWords({ numerator, denominator, value, lower, upper }: LiveShare): string {
  if (value === null || lower === null || upper === null) return "nothing yet";
  return `${count(numerator)} of ${count(denominator)} · ${rate(value)} [${rate(lower)}, ${rate(upper)}]`;
}

export function measuredShare(metric: string, { value, lower, upper, denominator }: LiveShare): Measured {
  return { metric, estimate: value, lower, upper, floor: null, n: denominator, unit: "rate", demand: null };
}

/** What it cost, what it would have cost, and how much of that nobody knows. */
export function costWords({ n, cost_usd, simulated_usd, n_simulated, n_cost_unknown }: LiveSum): string {
  if (n === 0) return "nothing";
  const known = n_simulated === n ? `no money; as real answers ${usd(simulated_usd)}` : usd(cost_usd);
  if (n_cost_unknown === 0) return known;
  return n_cost_unknown === n ? "unknown" : `${known}, unknown for ${count(n_cost_unknown)}`;
}

/** The sentence that a person would say. */
export function headline({ name, total, failing }: LiveFeature, window: string): { text: string; strong: string } {
  const strong = plural(total.n, "request");
  if (failing.numerator === 0) return { text: `${strong} of ${name} in ${window}, and each got a whole answer or was given up by its caller.`, strong };
  return { text: `${strong} of ${name} in ${window}; ${count(failing.numerator)} failed or broke off.`, strong };
}

export const WHY: Record<LiveWorst["why"], string> = {
  "thumb-down": "thumb down", corrected: "corrected", undone: "taken back", rejected: "dismissed", escalated: "handed to a human", failed: "failed", cut: "broke off",
};

export const OUTCOMES: Record<Outcome, string> = { answered: "answered", failed: "failed", cut: "broke off", cancelled: "given up by the caller" };

/** 24 h, 10 min: after so long a signal did not happen. */
export function ripeAfter(ms: number): string {
  if (ms === 0) return "counted at once";
  if (ms >= 3_600_000) return `ripe after ${Math.round(ms / 3_600_000)} h`;
  return `ripe after ${Math.round(ms / 60_000)} min`;
}

/** A request to this server, as anybody can send it from a terminal. */
export function firstRequest(address: string, feature: string): string {
  const body = JSON.stringify({ model: feature, messages: [{ role: "user", content: "Where is my parcel?" }] });
  return `curl ${address}/v1/chat/completions -H "authorization: Bearer $KARAT_KEY" -H "content-type: application/json" -d '${body}'`;
}
