// What the gate measured beside live answers: one row for each metric of each variant, with the difference and its interval.
import type { LiveGap, LiveMean } from "../../api/contract.ts";
import { Interval } from "../../parts/Interval.tsx";
import { Section } from "../../parts/Page.tsx";
import { Table } from "../../parts/Table.tsx";
import { Simulated } from "../../parts/Tag.tsx";
import { count, gain, interval, plural, rate } from "../../says/number.ts";
import { moment } from "../../says/time.ts";
import css from "./Watched.module.css";

export function Gaps({ gaps }: { gaps: readonly LiveGap[] }) {
  if (gaps.length === 0) return null;
  const [measured, others] = [gaps.filter(({ live }) => live !== null), gaps.filter(({ live }) => live === null)];
  return (
    <Section title="The gate beside live answers">
      {measured.length === 0 && <p className="soft">No answer was scored live in this time. <code>live_sample = 0.05</code> in the feature scores one of twenty.</p>}
      {measured.filter(({ difference }) => difference?.verdict === "worse").map((gap) => <p key={`${gap.variant} ${gap.metric}`}><strong>{gap.says}</strong>.</p>)}
      {measured.length > 0 && (
        <Table
          caption="The gate beside live answers, by variant and metric" rows={measured} idOf={({ variant, metric }) => `${variant} ${metric}`}
          columns={[
            { head: "variant", cell: ({ variant, simulated }) => <>{variant} {simulated && <Simulated />}</> },
            { head: "metric", cell: ({ metric, demand }) => <>{metric}{demand && <span className="soft tiny"> {demand}</span>}</> },
            { head: "gate", isNumber: true, cell: (gap) => <Mean mean={gap.gate} gap={gap} where="gate" /> },
            { head: "live", isNumber: true, cell: (gap) => gap.live && <Mean mean={gap.live} gap={gap} where="live" /> },
            { head: "live − gate", isNumber: true, cell: ({ difference }) => difference && <span className={difference.verdict === "worse" ? css.alarm : undefined}>{gain(difference.estimate)} {interval("gain", difference)}</span> },
            { head: "judged", cell: ({ gated_at_ms }) => moment(gated_at_ms) },
          ]}
        />
      )}
      {measured.some(({ n_undecided }) => n_undecided > 0) && <p className="soft tiny">{plural(measured.reduce((sum, { n_undecided }) => sum + n_undecided, 0), "live answer")} about which a scorer could not decide count as 0, as in a gate.</p>}
      {others.length > 0 && <p className="soft tiny">Not measured live: {others.map(({ metric, variant }) => `${metric} of ${variant}`).join(", ")}. A scorer that needs a desired answer cannot be.</p>}
    </Section>
  );
}

function Mean({ mean, gap, where }: { mean: LiveMean; gap: LiveGap; where: string }) {
  const measured = { metric: `${gap.metric}, ${where}`, estimate: mean.mean, lower: mean.lower, upper: mean.upper, floor: gap.floor, n: mean.n, unit: "rate" as const, demand: gap.demand };
  return <>{rate(mean.mean)} {interval("rate", mean)} · n {count(mean.n)} <Interval measured={measured} isBare domain={[0, 1]} /></>;
}
