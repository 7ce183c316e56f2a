// One run: its verdict or estimate first, then everything behind it.
import type { ActiveRun, Report, ShownRun } from "../../api/contract.ts";
import { useMay } from "../../api/session.ts";
import { useOperation } from "../../api/use.ts";
import { oneOf, useFilters, useParam } from "../../app/place.ts";
import { address } from "../../app/search.ts";
import { ActiveRuns } from "../../parts/ActiveRun.tsx";
import { GoButton } from "../../parts/Button.tsx";
import { Command } from "../../parts/Command.tsx";
import { Empty } from "../../parts/Empty.tsx";
import { Choice } from "../../parts/Field.tsx";
import { PageHead, Section } from "../../parts/Page.tsx";
import { Reading } from "../../parts/Reading.tsx";
import { Capability } from "../../report/Capability.tsx";
import { Criteria } from "../../report/Criteria.tsx";
import { Examples } from "../../report/Examples.tsx";
import { Headline } from "../../report/Headline.tsx";
import { variantOf } from "../../report/metric.ts";
import { Amendments, Sentences } from "../../report/Sentences.tsx";
import { Variants } from "../../report/Variants.tsx";
import { moment } from "../../says/time.ts";
import { BesideBaseline } from "./BesideBaseline.tsx";
import { commandOf } from "./command.ts";
import css from "./Run.module.css";
import { RunTabs, runTitle } from "./RunTabs.tsx";

export default function Run() {
  const id = useParam("run");
  const active = useOperation("runs.active", {}, { every: 1500 });
  const now = active.data?.runs.find((run) => run.id === id);
  const shown = useOperation("runs.show", { run: id }, { every: now ? 2000 : false, keep: false });
  const summary = shown.data?.summary;
  return (
    <>
      <PageHead title={summary ? runTitle(summary) : "Run"} says={summary && moment(summary.started_at_ms)}>
        {shown.data && <RunActions shown={shown.data} />}
      </PageHead>
      <RunTabs run={id} feature={summary?.feature} />
      <Reading query={shown}>{(run) => <RunShown shown={run} now={now} />}</Reading>
    </>
  );
}

/** What follows: an estimate wants a gate, a gate wants to be looked at as such. */
function RunActions({ shown: { summary, report } }: { shown: ShownRun }) {
  const mayRun = useMay("editor");
  const isGate = summary.scope === "held-out";
  const again = (more: Record<string, string>) =>
    address("/evals/start", { feature: summary.feature, cases: isGate ? "gate" : undefined, variants: summary.variants.join(","), ...more });
  const isWhole = summary.state === "complete";
  return (
    <>
      {isWhole && <GoButton to={address("/evals/compare", { feature: summary.feature, second: summary.id })}>Compare with the run before</GoButton>}
      {mayRun && report && <GoButton to={again({ rescore: "yes" })}>Score again</GoButton>}
      {mayRun && <GoButton to={again({})}>{isWhole ? "Run again" : "Go on"}</GoButton>}
      {isGate && <GoButton kind="loud" to={address("/gate", { feature: summary.feature })}>Open the gate</GoButton>}
      {!isGate && mayRun && isWhole && <GoButton kind="loud" to={address("/evals/start", { feature: summary.feature, cases: "gate" })}>Judge on held-out cases</GoButton>}
    </>
  );
}

function RunShown({ shown: { summary, report }, now }: { shown: ShownRun; now: ActiveRun | undefined }) {
  return (
    <>
      {now && <Section title="Going on"><ActiveRuns runs={[now]} /></Section>}
      {report && <Report report={report} />}
      {!report && !now && (
        <Empty says={summary.state === "running"
          ? "This run goes on elsewhere or was cut off; whoever starts it again goes on where it stopped."
          : "This run stopped before it had a report. Its answers are stored; the same run goes on where it stopped."}
        >
          <Command text={commandOf({ feature: summary.feature }, summary.scope === "held-out")} />
        </Empty>
      )}
    </>
  );
}

function Report({ report }: { report: Report }) {
  return (
    <>
      <Section title={report.is_gate ? "Verdict" : "Estimate"}><Headline report={report} /></Section>
      {report.findings.length > 0 && <Section title="What that means"><Sentences says={report.findings} /></Section>}
      <Section title="Variants"><Variants report={report} /></Section>
      <BesideBaseline report={report} />
      {report.variants.some(({ verdict }) => verdict) && <Judged report={report} />}
      {report.capability.length > 0 && <Section title="Where it is strong and weak"><Capability report={report} /></Section>}
      {report.examples.length > 0 && <Section title={`Three answers of ${report.headline.variant ?? "the first variant"}, picked by rule`}><Examples examples={report.examples} /></Section>}
      {report.unknowns.length > 0 && <Section title="What we do not know"><Sentences says={report.unknowns} /></Section>}
      {report.power.criteria.length > 0 && <Section title="What these cases can show"><Sentences says={report.power.criteria} /></Section>}
      {report.amendments.length > 0 && <Section title="Changed after it was first judged"><Amendments amendments={report.amendments} /></Section>}
      {report.next_step && <p className={css.next}><b>Next:</b> {report.next_step}</p>}
      <div className={css.foot}><Command text={`karat show ${report.run_id}`} /></div>
    </>
  );
}

/** The criteria of one variant at a time. */
function Judged({ report }: { report: Report }) {
  const [filters, setFilters] = useFilters();
  const judged = report.variants.filter(({ verdict }) => verdict);
  const name = oneOf(judged.map((variant) => variant.name), filters.variant);
  const variant = variantOf({ ...report, variants: judged }, name);
  if (!variant?.verdict) return null;
  return (
    <Section
      title="Criteria"
      aside={judged.length > 1 && (
        <Choice label="Variant" isLabelHidden value={variant.name} onChange={(event) => setFilters({ variant: event.target.value })} options={judged.map((each) => [each.name, each.name] as const)} />
      )}
    >
      <Criteria caption={`Criteria of ${variant.name}`} criteria={variant.verdict.criteria} />
    </Section>
  );
}
