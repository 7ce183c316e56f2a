// A number in small type: value, interval, n; never one without the others.
import type { Measured } from "../api/contract.ts";
import { count, withInterval } from "../says/number.ts";

export function MeasuredText({ measured, isStrong = false }: { measured: Measured | null; isStrong?: boolean }) {
  if (!measured) return <span className="soft">not measured</span>;
  const text = withInterval(measured.unit, measured);
  return <span>{isStrong ? <b>{text}</b> : text} <span className="soft">· n {count(measured.n)}</span></span>;
}
