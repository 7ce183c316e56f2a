// A series over time as bars, with the moments at which something changed; the table stands behind it.
import type { ReactNode } from "react";
import type { LiveMark } from "../../api/contract.ts";
import { Behind } from "../../parts/Behind.tsx";
import { moment } from "../../says/time.ts";
import css from "./Chart.module.css";

export interface Bar {
  at_ms: number;
  /** From the bottom; absent where nothing is known. */
  value: number | null;
  /** The part of it that is bad, drawn as a shape of its own. */
  bad?: number;
  /** True where the value may still change. */
  isRipening?: boolean;
}

interface Props {
  says: string;
  bars: readonly Bar[];
  step_ms: number;
  /** The top; the largest value where absent. */
  most?: number;
  marks?: readonly LiveMark[];
  topWord: string;
  children: ReactNode;
}

const HEIGHT = 72;

export function Chart({ says, bars, step_ms, most, marks = [], topWord, children }: Props) {
  const top = Math.max(most ?? Math.max(0, ...bars.map(({ value }) => value ?? 0)), Number.MIN_VALUE);
  const from = bars[0]?.at_ms ?? 0;
  const span = Math.max(1, bars.length * step_ms);
  const wide = 100 / Math.max(1, bars.length);
  const tall = (value: number) => Math.min(1, value / top) * HEIGHT;
  return (
    <figure className={css.figure}>
      <p className={css.top} aria-hidden="true">{topWord}</p>
      <svg className={css.chart} role="img" aria-label={says} height={HEIGHT + 12}>
        <line className={css.axis} x1="0" x2="100%" y1={HEIGHT + 0.5} y2={HEIGHT + 0.5} />
        {bars.map(({ at_ms, value, bad = 0, isRipening }, index) => value !== null && value > 0 && (
          <g key={at_ms}>
            <rect className={css.bar} data-ripening={isRipening} x={`${index * wide + wide * 0.1}%`} width={`${wide * 0.8}%`} y={HEIGHT - tall(value)} height={tall(value)} />
            {bad > 0 && <rect className={css.bad} x={`${index * wide + wide * 0.1}%`} width={`${wide * 0.8}%`} y={HEIGHT - Math.max(2, tall(bad))} height={Math.max(2, tall(bad))} />}
          </g>
        ))}
        {marks.map((mark, index) => (
          <g key={`${mark.at_ms} ${mark.says}`}>
            <line className={css.mark} x1={`${((mark.at_ms - from) / span) * 100}%`} x2={`${((mark.at_ms - from) / span) * 100}%`} y1="0" y2={HEIGHT} />
            <text className={css.word} x={`${((mark.at_ms - from) / span) * 100}%`} y={HEIGHT + 11} textAnchor="middle">{index + 1}</text>
          </g>
        ))}
      </svg>
      <p className={css.ends} aria-hidden="true"><span>{moment(from)}</span><span>now</span></p>
      <Behind>{children}</Behind>
    </figure>
  );
}
