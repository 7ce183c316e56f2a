// Pure. Where a value stands on a line, in percent of its width.
import type { Measured } from "../api/contract.ts";

export type Domain = readonly [number, number];

export function percent(value: number, [from, to]: Domain): number {
  if (!(to > from)) return 50;
  return Math.max(0, Math.min(100, ((value - from) / (to - from)) * 100));
}

type Shown = Pick<Measured, "estimate" | "lower" | "upper" | "floor" | "unit">;

/** One line for several numbers of a unit, so that they can be compared by eye; rates end at 1. */
export function domainOf(shown: readonly Shown[]): Domain {
  const values = shown
    .flatMap(({ estimate, lower, upper, floor }) => [estimate, lower, upper, floor])
    .filter((value): value is number => value !== null && Number.isFinite(value));
  const unit = shown[0]?.unit ?? "rate";
  if (values.length === 0) return [0, 1];
  const [least, most] = [Math.min(...values), Math.max(...values)];
  if (unit === "gain") {
    const reach = Math.max(Math.abs(least), Math.abs(most), 0.05) * 1.1;
    return [-reach, reach];
  }
  if (unit === "rate") {
    const room = Math.max((most - least) * 0.25, 0.05);
    return [Math.max(0, least - room), Math.min(1, most + room)];
  }
  return [0, Math.max(most * 1.15, unit === "count" ? 1 : 0)];
}
