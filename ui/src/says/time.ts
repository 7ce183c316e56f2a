// Days and spans of time in words.

const DAY_MS = 86_400_000;

/** 23 November 2026; the year only where it is another one. */
export function day(at_ms: number, now_ms = Date.now()): string {
  const at = new Date(at_ms);
  const sameYear = at.getFullYear() === new Date(now_ms).getFullYear();
  return new Intl.DateTimeFormat("en-GB", {
    day: "numeric",
    month: sameYear ? "short" : "long",
    year: sameYear ? undefined : "numeric",
  }).format(at);
}

/** 23 Nov, 14:05 */
export function moment(at_ms: number, now_ms = Date.now()): string {
  const time = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" }).format(new Date(at_ms));
  return `${day(at_ms, now_ms)}, ${time}`;
}

/** just now, 5 minutes ago, 3 hours ago, yesterday, 4 days ago, then the day. */
export function ago(at_ms: number, now_ms = Date.now()): string {
  const passed = Math.max(0, now_ms - at_ms);
  const minutes = Math.floor(passed / 60_000);
  if (minutes < 1) return "just now";
  if (minutes < 60) return minutes === 1 ? "a minute ago" : `${minutes} minutes ago`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return hours === 1 ? "an hour ago" : `${hours} hours ago`;
  const days = Math.floor(passed / DAY_MS);
  if (days === 1) return "yesterday";
  return days < 14 ? `${days} days ago` : day(at_ms, now_ms);
}

/** 40 s, 12 min, 2 h 5 min */
export function span(seconds: number): string {
  if (seconds < 60) return `${Math.max(1, Math.round(seconds))} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const rest = minutes % 60;
  return rest === 0 ? `${Math.floor(minutes / 60)} h` : `${Math.floor(minutes / 60)} h ${rest} min`;
}

/** A written day, 2026-11-14, as 14 Nov; anything else as it is. */
export function writtenDay(text: string): string {
  const found = /^(\d{4})-(\d\d)-(\d\d)$/.exec(text);
  if (!found) return text;
  return day(new Date(Number(found[1]), Number(found[2]) - 1, Number(found[3])).getTime());
}
