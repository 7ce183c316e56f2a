// What people did with the answers: each signal with its share, interval and course; what still ripens is grey and not counted.
import type { Live, LiveMark, LiveSignal } from "../../api/contract.ts";
import { Interval } from "../../parts/Interval.tsx";
import { Section } from "../../parts/Page.tsx";
import { Table } from "../../parts/Table.tsx";
import { count } from "../../says/number.ts";
import { moment } from "../../says/time.ts";
import { Chart } from "./Chart.tsx";
import css from "./Live.module.css";
import { filled } from "./windows.ts";
import { measuredShare, ripeAfter, shareWords } from "./words.ts";

export function Signals({ live, signals, marks }: { live: Live; signals: readonly LiveSignal[]; marks: readonly LiveMark[] }) {
  return (
    <Section title="What people did with the answers">
      {signals.length === 0
        ? <p className="soft">Nobody has told yet. <code>karat.js</code> in a page, or a request to <code>/v1/signals</code>, tells of thumbs, takes and undos.</p>
        : <ul className={css.charts}>{signals.map((signal) => <Signal key={signal.name} live={live} signal={signal} marks={marks} />)}</ul>}
    </Section>
  );
}

function Signal({ live, signal, marks }: { live: Live; signal: LiveSignal; marks: readonly LiveMark[] }) {
  const { says, is_good, over, share, window_ms, n_ripening, n_ripening_with, bias, points } = signal;
  const spans = filled(points, live.from_ms, live.now_ms, live.step_ms);
  const part = (point: (typeof points)[number]) => (point.denominator === 0 ? null : point.numerator / point.denominator);
  return (
    <li>
      <h3>{says}, of the {over}</h3>
      {share.value !== null && <Interval measured={measuredShare(says, share)} isBare domain={[0, 1]} />}
      <p>{shareWords(share)}</p>
      {n_ripening > 0 && <p className="soft tiny">{count(n_ripening_with)} of {count(n_ripening)} more still ripen; {ripeAfter(window_ms)}</p>}
      <Chart
        says={`${says}: share by time; grey is not ripe`} step_ms={live.step_ms} most={1} marks={marks} topWord="1; grey still ripens"
        bars={spans.map(({ at_ms, point }) => ({ at_ms, value: point ? part(point) : null, isRipening: point ? !point.is_ripe : false }))}
      >
        <Table
          caption={`${says}: all numbers`} rows={points} idOf={({ at_ms }) => String(at_ms)} isPlain
          columns={[
            { head: "from", cell: ({ at_ms }) => moment(at_ms) },
            { head: says, isNumber: true, cell: ({ numerator }) => count(numerator) },
            { head: `of ${over}`, isNumber: true, cell: ({ denominator }) => count(denominator) },
            { head: "ripe", cell: ({ is_ripe }) => (is_ripe ? "yes" : "not yet") },
          ]}
        />
      </Chart>
      <p className="soft tiny">{is_good === null ? "Neither way is good by itself" : is_good ? "More is better" : "Less is better"}. Beware: {bias}.</p>
    </li>
  );
}
