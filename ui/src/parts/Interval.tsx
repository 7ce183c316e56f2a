// A number as a small picture: the floor as a tick, the interval as a bar, the point on it.
import type { Measured, Verdict } from "../api/contract.ts";
import { amount, plural, withInterval } from "../says/number.ts";
import css from "./Interval.module.css";
import { type Domain, domainOf, percent } from "./scale.ts";

interface Props {
  measured: Measured;
  verdict?: Verdict | null;
  /** The same for rows that are compared by eye. */
  domain?: Domain;
  /** What the tick is called: floor, limit, the rules. */
  bound?: string;
  /** Without the word beside the tick, where a table's head says it. */
  isBare?: boolean;
}

export function Interval({ measured, verdict = null, domain = domainOf([measured]), bound = "floor", isBare = false }: Props) {
  const { estimate, lower, upper, floor, unit } = measured;
  const at = (value: number) => `${percent(value, domain)}%`;
  const hasBar = lower !== null || upper !== null;
  const tick = floor === null ? null : percent(floor, domain);
  return (
    <svg className={css.interval} data-verdict={verdict ?? "none"} data-bare={isBare} role="img" aria-label={inWords(measured, bound)}>
      <line className={css.axis} x1="0" y1="50%" x2="100%" y2="50%" />
      {hasBar && <line className={css.bar} data-open={lower === null || upper === null} x1={at(lower ?? domain[0])} x2={at(upper ?? domain[1])} y1="50%" y2="50%" />}
      {estimate !== null && <circle className={css.point} cx={at(estimate)} cy="50%" r="4.5" />}
      {floor !== null && tick !== null && (
        <>
          <line className={css.tick} x1={`${tick}%`} x2={`${tick}%`} y1={isBare ? "20%" : "13%"} y2={isBare ? "80%" : "87%"} />
          {!isBare && (
            <text className={css.word} x={`${tick}%`} y="9" dx={tick > 70 ? -4 : 4} textAnchor={tick > 70 ? "end" : "start"}>
              {bound === "floor" || bound === "limit" ? `${bound} ${amount(unit, floor).replace(/^0(?=\.)/, "")}` : bound}
            </text>
          )}
        </>
      )}
    </svg>
  );
}

function inWords(measured: Measured, bound: string): string {
  const { metric, unit, floor, n } = measured;
  const floorSaid = floor === null ? [] : [`${bound} ${amount(unit, floor)}`];
  return [`${metric} ${withInterval(unit, measured)}`, ...floorSaid, plural(n, "case")].join(", ");
}
