// Pure. How far back the page looks, and how its series are cut.
import { oneOf } from "../../app/place.ts";

export const WINDOWS = ["24h", "3d", "7d", "30d", "90d"] as const;

export type Window = (typeof WINDOWS)[number];

export const WORDS: Record<Window, string> = {
  "24h": "24 hours", "3d": "3 days", "7d": "7 days", "30d": "30 days", "90d": "90 days",
};

const HOURS: Record<Window, number> = { "24h": 24, "3d": 72, "7d": 168, "30d": 720, "90d": 2160 };

export function windowOf(text: string | undefined): Window {
  return oneOf(WINDOWS, text) ?? "7d";
}

export function askOf(window: Window): { hours: number } {
  return { hours: HOURS[window] };
}

/** The next longer one; after the longest the shortest. */
export function longer(window: Window): Window {
  return WINDOWS[(WINDOWS.indexOf(window) + 1) % WINDOWS.length] ?? "7d";
}

/** Every span of the window, those without anything included. */
export function filled<P extends { at_ms: number }>(points: readonly P[], from_ms: number, now_ms: number, step_ms: number): { at_ms: number; point: P | undefined }[] {
  const known = new Map(points.map((point) => [point.at_ms, point]));
  const spans = [];
  for (let at_ms = from_ms; at_ms <= now_ms && spans.length < 200; at_ms += step_ms) spans.push({ at_ms, point: known.get(at_ms) });
  return spans;
}
