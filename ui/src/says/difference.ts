// Pure. A paired difference as a person would say it.
import type { Comparison } from "../api/contract.ts";
import { gain, interval, plural } from "./number.ts";

/** Two pieces: the one to set bold, and the rest. */
export function inWords({ first, second, difference, lower, upper, outcome, n }: Comparison): { strong: string; rest: string } {
  const cases = plural(n, "case");
  if (outcome === "too-close-to-call") {
    return {
      strong: "Too close to call.",
      rest: `On ${cases} ${second} may be ${points(-lower)} worse than ${first} or ${points(upper)} better; these cases do not tell them apart.`,
    };
  }
  const [ahead, behind] = outcome === "second-better" ? [second, first] : [first, second];
  const sides = [Math.abs(lower), Math.abs(upper)].sort((one, other) => one - other) as [number, number];
  return {
    strong: `${ahead} is better than ${behind}`,
    rest: `by ${of100(difference)} points in 100, at least ${of100(sides[0], Math.floor)} and at most ${of100(sides[1], Math.ceil)}. Measured in pairs on ${cases}.`,
  };
}

export function inNumbers({ difference, lower, upper, n }: Comparison): string {
  return `${gain(difference)} ${interval("gain", { lower, upper })} · n ${n}`;
}

function points(share: number): string {
  const value = Math.max(0, Math.round(share * 100));
  return value === 1 ? "1 point" : `${value} points`;
}

function of100(share: number, round: (value: number) => number = Math.round): number {
  return round(Number((Math.abs(share) * 100).toFixed(6)));
}
