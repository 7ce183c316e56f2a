// The canary's runs: today against a replicate of the baseline, as a picture and as a table; and one more run.
import type { CanaryShown } from "../../api/contract.ts";
import { useMay } from "../../api/session.ts";
import { useWrite } from "../../api/use.ts";
import { Button } from "../../parts/Button.tsx";
import { Empty } from "../../parts/Empty.tsx";
import { Command } from "../../parts/Command.tsx";
import { Section } from "../../parts/Page.tsx";
import { ProblemShown } from "../../parts/Problem.tsx";
import { Table } from "../../parts/Table.tsx";
import { Simulated } from "../../parts/Tag.tsx";
import { count, gain, interval, rate } from "../../says/number.ts";
import { moment } from "../../says/time.ts";
import css from "./Watched.module.css";

export function Canaries({ feature, canaries }: { feature: string; canaries: readonly CanaryShown[] }) {
  const run = useWrite("canary.run", ["monitor.show", "waterfall.show", "today.show"]);
  const may = useMay("editor");
  const again = may && <Button isBusy={run.isPending} onClick={() => run.mutate({ feature })}>Run the canary now</Button>;
  return (
    <Section title="Canary" aside={canaries.length > 0 ? again : undefined}>
      {run.error && <ProblemShown thrown={run.error} />}
      {run.data && <p role="status">{run.data.says}</p>}
      {canaries.length === 0
        ? <Empty says="The same cases, asked again and again, notice a model that changed under its name. The first run makes a baseline of ten replicates.">{again}<Command text={`karat canary ${feature}`} /></Empty>
        : canaries.map((canary) => <One key={canary.variant} canary={canary} />)}
    </Section>
  );
}

const [WIDE, HIGH, PAD] = [600, 90, 6];

function One({ canary }: { canary: CanaryShown }) {
  const { runs } = canary;
  const x = (index: number) => PAD + (runs.length === 1 ? 0 : (index * (WIDE - 2 * PAD)) / (runs.length - 1));
  const y = (value: number) => HIGH - PAD - value * (HIGH - 2 * PAD);
  const line = (of: (run: (typeof runs)[number]) => number) => runs.map((each, index) => `${x(index)},${y(of(each))}`).join(" ");
  return (
    <div className={css.canary}>
      <p><strong>{canary.variant}</strong> {canary.is_alarm && <span className={css.alarm}>alarm</span>} {runs.some(({ simulated }) => simulated) && <Simulated />}</p>
      <svg viewBox={`0 0 ${WIDE} ${HIGH}`} className={css.chart} role="img" aria-label={`Means of ${runs.length} runs of ${canary.variant}, beside their baseline; the table below has the numbers`}>
        <polyline className={css.then} points={line(({ baseline_mean }) => baseline_mean)} />
        <polyline className={css.now} points={line(({ mean }) => mean)} />
        {runs.map((each, index) => <circle key={each.at_ms} className={each.is_alarm ? css.bad : css.dot} cx={x(index)} cy={y(each.mean)} r={3} />)}
      </svg>
      <Table
        caption={`Runs of the canary of ${canary.variant}`} rows={[...runs].reverse().slice(0, 10)} idOf={({ at_ms }) => String(at_ms)}
        columns={[
          { head: "when", cell: ({ at_ms }) => moment(at_ms) },
          { head: "mean", isNumber: true, cell: ({ mean }) => rate(mean) },
          { head: "baseline", isNumber: true, cell: ({ baseline_mean }) => rate(baseline_mean) },
          { head: "difference", isNumber: true, cell: (each) => <>{gain(each.difference)} {interval("gain", each)}</> },
          { head: "n", isNumber: true, cell: ({ n }) => count(n) },
          { head: "served model", cell: ({ served }) => served ?? "" },
        ]}
      />
    </div>
  );
}
