// One bet: what was written down, the verdict as far as there is one, and the rules beside it.
import { useState } from "react";
import type { BetShown, CreatedBet } from "../../api/contract.ts";
import { useMay } from "../../api/session.ts";
import { useOperation } from "../../api/use.ts";
import { useKeptFeature } from "../../app/feature.ts";
import { useKeys } from "../../keys/use.ts";
import { Button } from "../../parts/Button.tsx";
import { Empty } from "../../parts/Empty.tsx";
import { Go } from "../../parts/Go.tsx";
import { PageHead, Section } from "../../parts/Page.tsx";
import { ProblemShown } from "../../parts/Problem.tsx";
import { Reading } from "../../parts/Reading.tsx";
import { Decide } from "./Decide.tsx";
import type { Judging } from "./judging.ts";
import { Locked } from "./Locked.tsx";
import css from "./OneBet.module.css";
import { Rules } from "./Rules.tsx";
import { Standing } from "./Standing.tsx";
import { Verdict } from "./Verdict.tsx";

export function OneBet({ name, judging, created }: { name: string; judging: Judging; created: CreatedBet | null }) {
  const query = useOperation("bets.show", { bet: name });
  return (
    <>
      <p className={css.back}><Go to="/bet">All bets</Go></p>
      <Reading query={query}>{(bet) => <Shown bet={bet} judging={judging} created={created} />}</Reading>
    </>
  );
}

function Shown({ bet, judging, created }: { bet: BetShown; judging: Judging; created: CreatedBet | null }) {
  const [isDeciding, setDeciding] = useState(false);
  const [hasChanges, setChanges] = useState(false);
  const mayEdit = useMay("editor");
  useKeys({ "bet.decide": mayEdit ? () => setDeciding(true) : undefined });
  const { feature } = bet;
  useKeptFeature(feature ?? undefined);
  return (
    <>
      <PageHead title={bet.hypothesis}>
        {mayEdit && <Button onClick={() => setDeciding(true)}>{bet.decision ? "Decide again" : "Decide"}</Button>}
      </PageHead>
      <Locked bet={bet} created={created} />
      {feature
        ? (
          <>
            <Judged feature={feature} judging={judging} isQuiet={hasChanges} mayEdit={mayEdit} />
            <Rules feature={feature} mayEdit={mayEdit} judging={judging} onChanges={setChanges} />
          </>
        )
        : <Empty says="This bet has no feature yet, so there is nothing to judge. Name the feature in karat.toml." />}
      {isDeciding && <Decide name={bet.name} onClose={() => setDeciding(false)} />}
    </>
  );
}

/** The report that just came, else the last one that is stored; above it, what is going on. */
function Judged({ feature, judging, isQuiet, mayEdit }: { feature: string; judging: Judging; isQuiet: boolean; mayEdit: boolean }) {
  const isMine = judging.feature === feature;
  const stored = useOperation("gate.show", { feature });
  const active = useOperation("runs.active", {}, { every: (judging.isRunning && isMine) || !stored.data?.report ? 2000 : false });
  const other = active.data?.runs.find((run) => run.feature === feature && run.scope === "held-out");
  const report = (isMine ? judging.report : null) ?? stored.data?.report ?? null;
  const isRunning = isMine && judging.isRunning && !judging.report;
  return (
    <Section title="The verdict" aside={report && !report.is_complete ? "this run was not finished" : undefined}>
      {isRunning && <Standing before={judging.before} progress={judging.progress} />}
      {!isRunning && other && <Standing before={null} progress={other} title={`${other.title}, started by ${other.by}`} />}
      {isMine && judging.thrown ? <ProblemShown thrown={judging.thrown} again={() => void judging.start(feature)} /> : null}
      {report && <Verdict report={report} isOld={isRunning} isQuiet={isQuiet} />}
      {!report && !isRunning && !other && stored.data && (
        <Empty says="Nothing was judged yet. The floor and the deadline are written down, so the outcome may be shown.">
          {mayEdit && <Button kind="loud" onClick={() => void judging.start(feature)}>See the verdict</Button>}
        </Empty>
      )}
      {!report && stored.error ? <ProblemShown thrown={stored.error} again={() => void stored.refetch()} /> : null}
    </Section>
  );
}
