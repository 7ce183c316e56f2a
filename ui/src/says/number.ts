// Numbers as every surface writes them; the same words as the terminal and the page.
import type { CriterionVerdict, Measured } from "../api/contract.ts";

export type Unit = Measured["unit"];

/** A number without needless zeros, at most four digits behind the point. */
export function number(value: number): string {
  const text = value.toFixed(4).replace(/\.?0+$/, "");
  return text === "-0" ? "0" : text;
}

/** A rate with two digits: 0.86. */
export function rate(value: number): string {
  return value.toFixed(2).replace("-", "−");
}

/** A gain with its sign: +0.04, −0.12. */
export function gain(value: number): string {
  const text = Math.abs(value).toFixed(2);
  return `${value < 0 && text !== "0.00" ? "−" : "+"}${text}`;
}

/** 640 ms, 2.1 s, 3 min. */
export function milliseconds(value: number): string {
  if (!Number.isFinite(value)) return "unknown";
  if (value === 0) return "0 ms";
  if (value < 1) return "under 1 ms";
  if (value < 1000) return `${value.toFixed(0)} ms`;
  if (value < 60_000) return `${number(Math.round(value / 100) / 10)} s`;
  return `${number(Math.round(value / 6000) / 10)} min`;
}

/** Money with as many digits as it needs. */
export function usd(value: number): string {
  if (value === 0) return "$0";
  if (Math.abs(value) >= 1) return `$${value.toFixed(2)}`;
  const digits = Math.min(9, Math.max(2, 1 - Math.floor(Math.log10(Math.abs(value)))));
  return `$${value.toFixed(digits)}`;
}

/** 10,000 */
export function count(n: number): string {
  return Math.round(n).toString().replace(/\B(?=(\d{3})+$)/g, ",");
}

/** 1 case, 2 cases. */
export function plural(n: number, one: string, many = `${one}s`): string {
  return n === 1 ? `1 ${one}` : `${count(n)} ${many}`;
}

export function amount(unit: Unit, value: number): string {
  switch (unit) {
    case "rate": return rate(value);
    case "gain": return gain(value);
    case "ms": return milliseconds(value);
    case "usd": return usd(value);
    case "count": return count(value);
  }
}

type Sides = Pick<Measured, "estimate" | "lower" | "upper">;

/** `[0.86, 0.95]`; a side that nobody knows is a question mark; nothing without both. */
export function interval(unit: Unit, { lower, upper }: Omit<Sides, "estimate">): string {
  if (lower === null && upper === null) return "";
  const side = (value: number | null) =>
    value === null || !Number.isFinite(value) ? "?" : amount(unit, value);
  return `[${side(lower)}, ${side(upper)}]`;
}

/** `0.91 [0.86, 0.95]`; its n stands beside it, always. */
export function withInterval(unit: Unit, measured: Sides): string {
  if (measured.estimate === null && measured.lower === null && measured.upper === null) return "–";
  const estimate = measured.estimate === null ? "unknown" : amount(unit, measured.estimate);
  return [estimate, interval(unit, measured)].filter(Boolean).join(" ");
}

/** What a criterion's numbers are, from its metric and its demand. */
export function unitOf(criterion: Pick<CriterionVerdict, "metric" | "demand">): Unit {
  const { metric, demand } = criterion;
  if (demand.includes("never fails") || demand.includes("fails at most")) return "count";
  if (demand.includes("above the baseline by")) return "gain";
  if (metric === "latency") return "ms";
  if (metric === "cost") return "usd";
  return "rate";
}

/** True where less is better, so that the bound is a limit and not a floor. */
export function isLimit(criterion: Pick<CriterionVerdict, "metric" | "demand">): boolean {
  return unitOf(criterion) === "count" || criterion.demand.includes(" at most ");
}

export function measuredOf(criterion: CriterionVerdict): Measured {
  return {
    metric: criterion.metric,
    estimate: criterion.estimate,
    lower: criterion.lower,
    upper: criterion.upper,
    floor: criterion.bound,
    n: criterion.n,
    unit: unitOf(criterion),
    demand: criterion.demand,
  };
}
