// The difference in words, its interval, and how many cases went which way.
import type { Changes } from "../../api/contract.ts";
import { Interval } from "../../parts/Interval.tsx";
import { Section } from "../../parts/Page.tsx";
import { inNumbers, inWords } from "../../says/difference.ts";
import { count, plural } from "../../says/number.ts";
import css from "./Difference.module.css";

export function Difference({ changes }: { changes: Changes }) {
  const { comparison } = changes;
  const { strong, rest } = inWords(comparison);
  const p = comparison.mcnemar_p_holm ?? comparison.mcnemar_p;
  return (
    <Section title={`By ${comparison.metric}`}>
      <p className={css.sentence}><b>{strong}</b> {rest}</p>
      <div className={css.picture}>
        <Interval
          measured={{ metric: `${comparison.second} minus ${comparison.first}`, estimate: comparison.difference, lower: comparison.lower, upper: comparison.upper, floor: 0, n: comparison.n, unit: "gain", demand: null }}
          verdict={{ "second-better": "pass", "first-better": "fail", "too-close-to-call": "undecided" }[comparison.outcome] as "pass" | "fail" | "undecided"}
          bound="no difference"
        />
        <p className="soft tiny">{inNumbers(comparison)}{p !== null && ` · McNemar p ${p < 0.0001 ? "below 0.0001" : p.toFixed(4)}`}</p>
      </div>
      <Sides changes={changes} />
      {(changes.cost ?? changes.latency) !== null && (
        <ul className={css.beside}>
          {changes.cost && <li>{changes.cost}</li>}
          {changes.latency && <li>{changes.latency}</li>}
        </ul>
      )}
    </Section>
  );
}

/** Wins, ties and losses as lengths and as words. */
function Sides({ changes: { wins, ties, losses, comparison } }: { changes: Changes }) {
  const n = wins + ties + losses;
  const parts = [["better", wins], ["same", ties], ["worse", losses]] as const;
  let at = 0;
  return (
    <figure className={css.sides}>
      <svg role="img" aria-label={`Of ${plural(n, "case")} ${comparison.second} is better on ${wins}, the same on ${ties}, worse on ${losses}`}>
        {parts.map(([kind, size]) => {
          const from = at;
          at += n > 0 ? (size / n) * 100 : 0;
          return <rect key={kind} className={css[kind]} x={`${from}%`} width={`${n > 0 ? (size / n) * 100 : 0}%`} height="100%" />;
        })}
      </svg>
      <figcaption>
        <span data-kind="better">▲ {count(wins)} better</span>
        <span>= {count(ties)} the same</span>
        <span data-kind="worse">▼ {count(losses)} worse</span>
        <span className="soft">n {count(n)}</span>
      </figcaption>
    </figure>
  );
}
