// The feature at a glance: the sentence, the numbers, their course with what changed, signals, variants, the worst answers.
import type { Live, LiveFeature } from "../../api/contract.ts";
import { Section } from "../../parts/Page.tsx";
import { Sentence } from "../../parts/Sentence.tsx";
import { Simulated } from "../../parts/Tag.tsx";
import { count, milliseconds, plural } from "../../says/number.ts";
import { ago, moment } from "../../says/time.ts";
import { Conflicts } from "./Conflicts.tsx";
import { Course } from "./Course.tsx";
import { Figures } from "./Figures.tsx";
import { Gaps } from "./Gaps.tsx";
import css from "./Live.module.css";
import { Signals } from "./Signals.tsx";
import { Variants } from "./Variants.tsx";
import { Watched } from "./Watched.tsx";
import { Worst } from "./Worst.tsx";
import { useFilters } from "../../app/place.ts";
import { windowOf, WORDS } from "./windows.ts";
import { costWords, headline, shareWords } from "./words.ts";

export function Overview({ live, feature }: { live: Live; feature: LiveFeature }) {
  const [filters] = useFilters();
  const { total, marks, worst, conflicts, gaps, figures } = feature;
  const said = headline(feature, WORDS[windowOf(filters.window)]);
  return (
    <>
      <p className={css.headline}><Sentence text={said.text} strong={said.strong} /> {total.n_simulated > 0 && <Simulated />}</p>
      <Watched feature={feature.name} />
      <ul className={css.numbers}>
        <li><b>{count(total.n)}</b><span>requests</span><span>{total.n_simulated > 0 && `${count(total.n_simulated)} simulated · `}{count(total.n_retried)} with more than one attempt</span></li>
        <li><b>{count(feature.failing.numerator)}</b><span>failed or broke off</span><span>{shareWords(feature.failing)}</span></li>
        <li><b>{costWords(total).split(/[;,]/)[0]}</b><span>cost</span><span>{costWords(total)}</span></li>
        <li><b>{total.latency.p50_ms === null ? "–" : milliseconds(total.latency.p50_ms)}</b><span>half of the answers, or less</span><span>95 of 100: {total.latency.p95_ms === null ? "–" : milliseconds(total.latency.p95_ms)} · n {count(total.latency.n)}</span></li>
        <li><b>{count(total.input_tokens + total.output_tokens)}</b><span>tokens</span><span>{count(total.input_tokens)} in, {count(total.cached_input_tokens)} of them cached · {count(total.output_tokens)} out</span></li>
      </ul>
      <Course live={live} feature={feature} />
      {marks.length > 0 && (
        <Section title="What changed">
          <ol className={css.marks}>
            {marks.map((mark, index) => <li key={`${mark.at_ms} ${mark.says}`}><b>{index + 1}</b> {mark.says} <span className="soft tiny">{moment(mark.at_ms)}</span></li>)}
          </ol>
        </Section>
      )}
      <Gaps gaps={gaps ?? []} />
      <Worst worst={worst ?? []} />
      <Signals live={live} signals={feature.signals} marks={marks} />
      {figures && <Figures figures={figures} />}
      <Variants feature={feature} />
      {conflicts && conflicts.length > 0 && <Conflicts conflicts={conflicts} />}
      {(live.lost.length > 0 || live.n_waiting_signals > 0) && (
        <Section title="Not shown above">
          <ul>
            {live.lost.map(({ reason, n, last_at_ms }) => <li key={reason}>{count(n)} lost: {reason} <span className="soft tiny">{ago(last_at_ms)}</span></li>)}
            {live.n_waiting_signals > 0 && <li>{plural(live.n_waiting_signals, "signal waits", "signals wait")} for the request that they are about</li>}
          </ul>
        </Section>
      )}
    </>
  );
}
