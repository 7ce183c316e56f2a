// Requests, times and cost over the window.
import type { Live, LiveFeature, LivePoint } from "../../api/contract.ts";
import { Section } from "../../parts/Page.tsx";
import { Table } from "../../parts/Table.tsx";
import { count, milliseconds, usd } from "../../says/number.ts";
import { moment } from "../../says/time.ts";
import { Chart } from "./Chart.tsx";
import css from "./Live.module.css";
import { filled } from "./windows.ts";

export function Course({ live, feature }: { live: Live; feature: LiveFeature }) {
  const { points, marks } = feature;
  if (points.length === 0) return null;
  const { from_ms, now_ms, step_ms } = live;
  const spans = filled(points, from_ms, now_ms, step_ms);
  const each = step_ms > 3_600_000 ? "each day" : "each hour";
  const most = (of: (point: LivePoint) => number) => Math.max(0, ...points.map(of));
  const isMoney = feature.total.cost_usd > 0;
  const chart = (title: string, says: string, topWord: string, value: (point: LivePoint) => number | null, bad?: (point: LivePoint) => number) => (
    <li>
      <h3>{title}</h3>
      <Chart says={says} bars={spans.map(({ at_ms, point }) => ({ at_ms, value: point ? value(point) : null, ...(bad && point && { bad: bad(point) }) }))} step_ms={step_ms} marks={marks} topWord={topWord}>
        <Numbers points={points} title={title} />
      </Chart>
    </li>
  );
  const n = most((point) => point.n);
  const p95 = most((point) => point.latency.p95_ms ?? 0);
  const cost = most((point) => point.cost_usd);
  return (
    <Section title={`Its course, ${each}`}>
      <ul className={css.charts}>
        {chart("Requests", `Requests ${each}, at most ${count(n)}; ${count(feature.failing.numerator)} in all failed or broke off`, `${count(n)}; the lower part failed or broke off`, (point) => point.n, (point) => point.n_failed + point.n_cut)}
        {chart("Time of 95 in 100 answers", `Within this time 95 of 100 answers ended, at most ${milliseconds(p95)}`, milliseconds(p95), (point) => point.latency.p95_ms)}
        {isMoney && chart("Cost", `Cost ${each}, at most ${usd(cost)}`, usd(cost), (point) => point.cost_usd)}
      </ul>
    </Section>
  );
}

function Numbers({ points, title }: { points: readonly LivePoint[]; title: string }) {
  const time = (ms: number | null) => (ms === null ? "–" : milliseconds(ms));
  return (
    <Table
      caption={`${title}: all numbers`} rows={points} idOf={({ at_ms }) => String(at_ms)} isPlain
      columns={[
        { head: "from", cell: ({ at_ms }) => moment(at_ms) },
        { head: "requests", isNumber: true, cell: ({ n }) => count(n) },
        { head: "failed", isNumber: true, cell: ({ n_failed }) => count(n_failed) },
        { head: "broke off", isNumber: true, cell: ({ n_cut }) => count(n_cut) },
        { head: "half within", isNumber: true, cell: ({ latency }) => time(latency.p50_ms) },
        { head: "95 of 100 within", isNumber: true, cell: ({ latency }) => time(latency.p95_ms) },
        { head: "cost", isNumber: true, cell: ({ cost_usd, n_cost_unknown, n }) => (n_cost_unknown === n ? "unknown" : usd(cost_usd)) },
      ]}
    />
  );
}
