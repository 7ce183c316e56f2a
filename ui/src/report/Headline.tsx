// The verdict of a run in words, with the promise as a hundred dots.
import type { Report } from "../api/contract.ts";
import { Dots } from "../parts/Dots.tsx";
import { Simulated, Tag } from "../parts/Tag.tsx";
import { VerdictMark } from "../parts/VerdictMark.tsx";
import { plural } from "../says/number.ts";
import { moment } from "../says/time.ts";
import css from "./Headline.module.css";

export function Headline({ report }: { report: Report }) {
  const { headline, verdict } = report;
  const variant = report.variants.find(({ name }) => name === headline.variant);
  const own = variant?.verdict?.verdict ?? null;
  return (
    <div className={css.headline}>
      <p className={css.marks}>
        {report.is_gate ? <VerdictMark verdict={verdict} /> : <Tag>estimate, nothing is judged on tuning cases</Tag>}
        {(variant?.simulated ?? report.simulated) && <Simulated />}
        {!report.is_complete && <Tag>stopped before its end; figures may change</Tag>}
      </p>
      <p className={css.sentence}>{headline.sentence}</p>
      {verdict !== null && own !== null && verdict !== own && (
        <p>{report.feature} as a whole: {verdict}. Every variant of its waterfall has to pass.</p>
      )}
      {headline.good_of_100 !== null && <Dots good={headline.good_of_100} bad={headline.bad_of_100 ?? 0} />}
      <p className={css.basis}>{basis(report)}</p>
    </div>
  );
}

function basis(report: Report): string {
  const kind = { all: "case", tune: "tuning case", "held-out": "held-out case" }[report.scope];
  const repeats = report.trials > 1 ? `${report.trials} repeats each` : "answered once each";
  return `${plural(report.n_cases, kind)}, ${repeats} · ${moment(report.started_at_ms)} · ${report.dataset.name} ${report.dataset.hash.slice(0, 8)} · confidence ${report.confidence}, one-sided`;
}
