// The variants of a run beside each other: how good, how sure, how fast, how dear, how steady.
import type { Measured, Report, VariantReport } from "../api/contract.ts";
import { Behind } from "../parts/Behind.tsx";
import { Interval } from "../parts/Interval.tsx";
import { MeasuredText } from "../parts/MeasuredText.tsx";
import { domainOf } from "../parts/scale.ts";
import { Table } from "../parts/Table.tsx";
import { Simulated, Tag } from "../parts/Tag.tsx";
import { VerdictMark } from "../parts/VerdictMark.tsx";
import { count, interval, milliseconds, plural, rate, usd } from "../says/number.ts";
import { measuredMetric, plainMetric, wait } from "./metric.ts";
import css from "./Variants.module.css";

export function Variants({ report }: { report: Report }) {
  const metric = report.primary_metric ?? "score";
  const domain = domainOf(report.variants.flatMap((variant) => measuredMetric(report, variant) ?? []));
  const isJudged = report.variants.some(({ verdict }) => verdict !== null);
  const hasRepeats = report.variants.some(({ consistency }) => consistency !== null);
  return (
    <>
      <Table
        caption="Variants" rows={report.variants} idOf={({ name }) => name}
        columns={[
          { head: "variant", cell: (variant) => <Name variant={variant} /> },
          ...(isJudged ? [{ head: "verdict", cell: ({ verdict }: VariantReport) => <VerdictMark verdict={verdict?.verdict ?? null} /> }] : []),
          {
            head: metric, isWide: true,
            cell: (variant) => {
              const measured = measuredMetric(report, variant);
              return (
                <div className={css.measured}>
                  {measured && <Interval measured={measured} verdict={variant.verdict?.verdict} domain={domain} isBare />}
                  <small><MeasuredText measured={measured} /></small>
                </div>
              );
            },
          },
          { head: "95 of 100 within", isNumber: true, cell: ({ latency }) => <Wait latency={latency} /> },
          { head: "no answer", isNumber: true, cell: (variant) => <Errors variant={variant} /> },
          { head: "1,000 answers", isNumber: true, cell: (variant) => <Cost variant={variant} /> },
          ...(hasRepeats ? [{ head: "same each time", isNumber: true, cell: ({ consistency }: VariantReport) => (consistency ? <>{count(consistency.n_same)}<small className={css.under}>of {count(consistency.n)} cases</small></> : "–") }] : []),
        ]}
      />
      <Behind says="every scorer and every repeat"><Scorers report={report} /></Behind>
    </>
  );
}

function Name({ variant }: { variant: VariantReport }) {
  return (
    <span className={css.name}>
      <b>{variant.name}</b>
      <small className="soft">{variant.kind}</small>
      {variant.is_baseline && <Tag>baseline</Tag>} {variant.is_unproven && <Tag title="May stand in a waterfall without a proof">unproven</Tag>} {variant.simulated && <Simulated />}
    </span>
  );
}

function Wait({ latency }: Pick<VariantReport, "latency">) {
  const measured = wait(latency);
  if (!measured || !latency) return <>–</>;
  if (measured.estimate === null) return <span className="soft">too many failures</span>;
  return <>{milliseconds(measured.estimate)}<small className={css.under}>{spread(measured)}</small><small className={css.under}>n {count(latency.n)}</small></>;
}

/** The interval of the wait; nothing where all of it reads alike. */
function spread(measured: Measured): string {
  const text = interval("ms", measured);
  return text === interval("ms", { lower: measured.estimate, upper: measured.estimate }) ? "" : text;
}

function Errors({ variant }: { variant: VariantReport }) {
  const said = <>{count(variant.n_errors)}<small className={css.under}>of {plural(variant.n_trials, "trial")}</small></>;
  if (variant.errors.length === 0) return <span className={variant.n_errors > 0 ? css.errors : "soft"}>{said}</span>;
  return (
    <details className={css.reasons}>
      <summary className={css.errors}>{said}</summary>
      <ul>{variant.errors.map(({ kind, n, example }) => <li key={kind}>{count(n)} {kind}: {example}</li>)}</ul>
    </details>
  );
}

function Cost({ variant: { economy } }: { variant: VariantReport }) {
  if (economy.usd_per_1000 === null) return <span className="soft">price unknown</span>;
  return (
    <>
      {usd(economy.usd_per_1000)}
      {economy.times_baseline !== null && <small className={css.under}>{rate(economy.times_baseline)}× the baseline</small>}
      {economy.n_unknown > 0 && <small className={css.under}>without {plural(economy.n_unknown, "answer")}</small>}
    </>
  );
}

function Scorers({ report }: { report: Report }) {
  const rows = report.variants.flatMap((variant) => variant.metrics.map((metric) => ({ variant, metric })));
  return (
    <Table
      caption="Every scorer of every variant" rows={rows} idOf={({ variant, metric }) => `${variant.name} ${metric.name}`}
      columns={[
        { head: "variant", cell: ({ variant }) => variant.name },
        { head: "scorer", cell: ({ metric }) => metric.name },
        { head: "mean", isNumber: true, cell: ({ metric }) => <MeasuredText measured={plainMetric(metric)} /> },
        { head: "right every time", isNumber: true, cell: ({ metric }) => `${count(metric.n_right)} of ${count(metric.n)}` },
        { head: "could not be scored", isNumber: true, cell: ({ metric }) => count(metric.n_undecided) },
        { head: "all repeats right", isNumber: true, cell: ({ variant, metric }) => (metric.name === report.primary_metric ? passHat(variant) : "–") },
        { head: "for one success", isNumber: true, cell: ({ variant, metric }) => (metric.name === report.primary_metric && variant.economy.usd_per_success !== null ? usd(variant.economy.usd_per_success) : "–") },
      ]}
    />
  );
}

function passHat({ consistency }: VariantReport): string {
  const all = consistency?.pass_hat.at(-1);
  return consistency && all !== undefined ? `${rate(all)} in ${consistency.pass_hat.length} of ${consistency.pass_hat.length} · n ${count(consistency.n)}` : "–";
}
