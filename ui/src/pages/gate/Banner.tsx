// The verdict for everybody: undecided first says what can be promised today.
import type { GateShown, Report } from "../../api/contract.ts";
import { Dots } from "../../parts/Dots.tsx";
import { Go } from "../../parts/Go.tsx";
import { Card, Section } from "../../parts/Page.tsx";
import { Simulated, Tag } from "../../parts/Tag.tsx";
import { VerdictMark } from "../../parts/VerdictMark.tsx";
import { plural } from "../../says/number.ts";
import css from "./Banner.module.css";

export function Banner({ gate, report }: { gate: GateShown; report: Report }) {
  const { headline } = report;
  const variant = report.variants.find(({ name }) => name === headline.variant);
  const own = variant?.verdict?.verdict ?? null;
  return (
    <Section title="Verdict">
      <Card>
        <div className={css.banner}>
          <p className={css.marks}>
            <VerdictMark verdict={report.verdict} />
            {(variant?.simulated ?? report.simulated) && <Simulated />}
            {!report.is_complete && <Tag>stopped before its end; figures may change</Tag>}
          </p>
          <p className={css.sentence}>{headline.sentence}</p>
          {gate.promise && !headline.sentence.includes("we can promise") && <p className={css.promise}>{gate.promise}</p>}
          {own !== null && own !== report.verdict && <p>{report.feature} as a whole: {report.verdict}. Every variant of its waterfall has to pass.</p>}
          {headline.good_of_100 !== null && <Dots good={headline.good_of_100} bad={headline.bad_of_100 ?? 0} />}
          <p className={css.basis}>
            {plural(report.n_cases, "held-out case")}, {report.trials > 1 ? `${report.trials} repeats each` : "answered once each"} · confidence {report.confidence}, one-sided
            · <Go to={`/evals/${report.run_id}`}>the run</Go> · <Go to={`/page?feature=${encodeURIComponent(gate.feature)}`}>the page to forward</Go>
          </p>
        </div>
      </Card>
    </Section>
  );
}
