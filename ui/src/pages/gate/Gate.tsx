// The release decision, once and in the open: what can be promised, why, and what can be done about it.
import type { GateShown } from "../../api/contract.ts";
import { useMay } from "../../api/session.ts";
import { useOperation } from "../../api/use.ts";
import { useFeature, useFeatures } from "../../app/feature.ts";
import { oneOf, useFilters, useGo } from "../../app/place.ts";
import { address } from "../../app/search.ts";
import { useKeys } from "../../keys/use.ts";
import { ActiveRuns } from "../../parts/ActiveRun.tsx";
import { GoButton } from "../../parts/Button.tsx";
import { Command } from "../../parts/Command.tsx";
import { Empty } from "../../parts/Empty.tsx";
import { Choice } from "../../parts/Field.tsx";
import { Card, PageHead, Section } from "../../parts/Page.tsx";
import { Reading } from "../../parts/Reading.tsx";
import { variantOf } from "../../report/metric.ts";
import { Sentences } from "../../report/Sentences.tsx";
import { Variants } from "../../report/Variants.tsx";
import { moment, writtenDay } from "../../says/time.ts";
import { AmendmentList } from "./AmendmentList.tsx";
import { Banner } from "./Banner.tsx";
import { Candidates } from "./Candidates.tsx";
import { Demands } from "./Demands.tsx";
import css from "./Gate.module.css";
import { History } from "./History.tsx";
import { Judged } from "./Judged.tsx";
import { Looks } from "./Looks.tsx";
import { Offers } from "./Offers.tsx";
import { SignOff } from "./SignOff.tsx";

export default function Gate() {
  const feature = useFeature();
  const active = useOperation("runs.active", {}, { every: 2000 });
  const running = active.data?.runs.filter((run) => run.feature === feature && run.scope === "held-out") ?? [];
  const { isKnown } = useFeatures();
  const gate = useOperation("gate.show", { feature }, { when: isKnown || feature !== undefined, every: running.length > 0 ? 3000 : false });
  const judge = address("/evals/start", { feature, cases: "gate" });
  const go = useGo();
  const mayJudge = useMay("editor");
  useKeys({ "gate.judge": mayJudge ? () => go(judge) : undefined, "gate.run": gate.data?.run_id ? () => go(`/evals/${gate.data.run_id}`) : undefined });
  return (
    <>
      <PageHead title={feature ? `Gate of ${feature}` : "Gate"} says={gate.data?.judged_at_ms ? `judged ${moment(gate.data.judged_at_ms)}` : undefined}>
        {gate.data?.report?.verdict === "pass" && !wantsJudging(gate.data) && <GoButton kind="loud" to={address("/page", { feature })}>Page to forward</GoButton>}
        {mayJudge && gate.data?.report && <GoButton to={judge} kind={wantsJudging(gate.data) ? "loud" : "plain"}>Judge again</GoButton>}
      </PageHead>
      {running.length > 0 && <Section title="Going on"><ActiveRuns runs={running} /></Section>}
      <Reading query={gate}>{(shown) => (shown.report ? <Shown gate={shown} /> : <NotYet gate={shown} judge={judge} mayJudge={mayJudge} />)}</Reading>
    </>
  );
}

/** Something that was judged has changed since. */
function wantsJudging(gate: GateShown): boolean {
  return gate.has_drifted.length > 0;
}

function Shown({ gate }: { gate: GateShown }) {
  const [filters, setFilters] = useFilters();
  const report = gate.report;
  if (!report) return null;
  const judged = report.variants.filter(({ verdict }) => verdict);
  const variant = variantOf({ ...report, variants: judged }, oneOf(judged.map(({ name }) => name), filters.variant));
  return (
    <>
      {gate.has_drifted.length > 0 && (
        <Section title="Changed since it was judged"><Card><Sentences says={gate.has_drifted} /></Card></Section>
      )}
      <Banner gate={gate} report={report} />
      {gate.offers.length > 0 && <Offers gate={gate} isLoud={!wantsJudging(gate)} />}
      {variant?.verdict && (
        <Section
          title={`Criteria${gate.criteria_since ? `, as they stand since ${writtenDay(gate.criteria_since)}` : ""}`}
          aside={judged.length > 1 && (
            <Choice label="Variant" isLabelHidden value={variant.name} onChange={(event) => setFilters({ variant: event.target.value })} options={judged.map((each) => [each.name, each.name] as const)} />
          )}
        >
          <Judged gate={gate} variant={variant} />
        </Section>
      )}
      <Section title="Beside each other"><Variants report={report} /></Section>
      {report.unknowns.length > 0 && <Section title="What we do not know"><Sentences says={report.unknowns} /></Section>}
      <SignOff gate={gate} report={report} />
      {gate.history.length > 0 && <History gate={gate} />}
      {gate.candidates.length > 0 && <Candidates gate={gate} report={report} />}
      <Section title="Changed after it was first judged">
        {gate.amendments.length > 0 ? <AmendmentList amendments={gate.amendments} /> : <p className="soft">No criterion and no desired output was changed.</p>}
      </Section>
      <Looks gate={gate} />
      <div className={css.foot}><Command text={gate.command} /></div>
    </>
  );
}

/** Before the first verdict: what is demanded, and what is missing. */
function NotYet({ gate, judge, mayJudge }: { gate: GateShown; judge: string; mayJudge: boolean }) {
  const hasCriteria = gate.criteria.length > 0;
  return (
    <>
      <Section title="Verdict">
        {hasCriteria && gate.n_held_out > 0 && (
          <Empty says={`Nothing has been judged yet. ${gate.n_held_out} held-out cases wait; nobody tunes to them.`}>
            {mayJudge && <GoButton kind="loud" to={judge}>Judge now</GoButton>}
            <Command text={gate.command} />
          </Empty>
        )}
        {hasCriteria && gate.n_held_out === 0 && (
          <Empty says="There are criteria and no held-out cases to judge on. Cases that are held out are labelled once and never tuned to.">
            <GoButton kind="loud" to="/data">Look at the data</GoButton>
          </Empty>
        )}
        {!hasCriteria && (
          <Empty says={gate.feature ? `${gate.feature} says nowhere what is good enough. A bet writes it down before the first outcome is seen.` : "There is no feature yet. A bet makes one out of rows that you have."}>
            <GoButton kind="loud" to="/bet">New bet</GoButton>
          </Empty>
        )}
      </Section>
      {hasCriteria && <Section title="What is demanded"><Demands gate={gate} /></Section>}
    </>
  );
}
