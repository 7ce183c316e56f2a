// A run that goes on: how far it is, how the variants stand so far, what it cost, and a way to stop it.
import type { ActiveRun } from "../api/contract.ts";
import { useMay } from "../api/session.ts";
import { useWrite } from "../api/use.ts";
import { count, plural, usd } from "../says/number.ts";
import { ago, span } from "../says/time.ts";
import css from "./ActiveRun.module.css";
import { Bar } from "./Bar.tsx";
import { Button } from "./Button.tsx";
import { Go } from "./Go.tsx";
import { ProblemShown } from "./Problem.tsx";

export function ActiveRuns({ runs }: { runs: readonly ActiveRun[] }) {
  return <div className={css.runs}>{runs.map((run) => <ActiveRunShown key={run.id} run={run} />)}</div>;
}

export function ActiveRunShown({ run }: { run: ActiveRun }) {
  const stop = useWrite("runs.stop", ["runs.active", "runs.list", "runs.show", "today.show"]);
  const mayStop = useMay("editor");
  return (
    <div className={css.run}>
      <div className={css.head}>
        <Go to={`/evals/${run.id}`} data-row="">{run.title}</Go>
        <small className="soft">{run.by}, {ago(run.started_at_ms)}</small>
        {mayStop && <Button kind="quiet" isBusy={stop.isPending} onClick={() => stop.mutate({ run: run.id })}>Stop</Button>}
      </div>
      <Bar done={run.done} total={run.total} label={`${run.title}: ${run.done} of ${run.total} trials`} />
      <p className={css.says}>
        <span>{count(run.done)} of {plural(run.total, "trial")}</span>
        {run.failures > 0 && <span className={css.failures}>{count(run.failures)} without an answer</span>}
        <span>{usd(run.cost_usd)}</span>
        {run.seconds_left !== null && run.done < run.total && <span>about {span(run.seconds_left)} left</span>}
      </p>
      {run.standing && <p className={css.standing}>so far: {run.standing}</p>}
      {stop.error && <ProblemShown thrown={stop.error} />}
    </div>
  );
}
