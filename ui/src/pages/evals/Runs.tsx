// All runs, newest first, and those that go on.
import { type RunScope, type RunSummary, type Verdict } from "../../api/contract.ts";
import { useMay } from "../../api/session.ts";
import { useFeature } from "../../app/feature.ts";
import { useOperation, usePages } from "../../api/use.ts";
import { oneOf, useFilters, useGo } from "../../app/place.ts";
import { address } from "../../app/search.ts";
import { useKeys } from "../../keys/use.ts";
import { ActiveRuns } from "../../parts/ActiveRun.tsx";
import { Button, GoButton } from "../../parts/Button.tsx";
import { Command } from "../../parts/Command.tsx";
import { Empty } from "../../parts/Empty.tsx";
import { PageHead, Section } from "../../parts/Page.tsx";
import { Reading } from "../../parts/Reading.tsx";
import { Table } from "../../parts/Table.tsx";
import { Simulated } from "../../parts/Tag.tsx";
import { VerdictMark } from "../../parts/VerdictMark.tsx";
import { count, plural } from "../../says/number.ts";
import { moment } from "../../says/time.ts";
import { RunFilters } from "./RunFilters.tsx";
import css from "./Runs.module.css";

export const SCOPES: readonly RunScope[] = ["tune", "held-out", "all"];
export const VERDICTS: readonly Verdict[] = ["pass", "fail", "undecided"];

export default function Runs() {
  const [filters] = useFilters();
  const inHand = useFeature();
  const feature = filters.of === "all" ? undefined : inHand;
  const go = useGo();
  const mayStart = useMay("editor");
  const active = useOperation("runs.active", {}, { every: 2000 });
  const running = active.data?.runs ?? [];
  const runs = usePages("runs.list", {
    feature, scope: oneOf(SCOPES, filters.scope), verdict: oneOf(VERDICTS, filters.verdict), limit: 30,
  }, { every: running.length > 0 ? 3000 : false });
  const start = address("/evals/start", { feature: inHand });
  useKeys({ "evals.start": mayStart ? () => go(start) : undefined, "evals.more": runs.hasNextPage ? () => void runs.fetchNextPage() : undefined });
  const isFiltered = Boolean(feature || filters.scope || filters.verdict);
  return (
    <>
      <PageHead title="Evals" says="Runs of variants on cases, newest first">
        <GoButton to={address("/evals/compare", { feature: inHand })}>Compare runs</GoButton>
        {mayStart && <GoButton kind="loud" to={start}>Start a run</GoButton>}
      </PageHead>
      {running.length > 0 && <Section title="Going on"><ActiveRuns runs={running} /></Section>}
      <Section title="Runs" aside={<RunFilters />}>
        <Reading query={{ ...runs, data: runs.data?.pages.flatMap((page) => page.runs) }}>
          {(rows) => rows.length === 0
            ? (isFiltered
              ? <Empty says={filters.scope || filters.verdict ? "No run fits these filters." : `${feature} has not run yet.`}><GoButton to="/evals?of=all">Show all runs</GoButton>{mayStart && <GoButton to={start}>Start a run</GoButton>}</Empty>
              : <Empty says="Nothing has run yet. A run asks every variant for every case and scores the answers; stored answers are never asked for twice."><GoButton to="/evals/start">Start a run</GoButton><Command text="karat eval" /></Empty>)
            : <RunTable runs={rows} />}
        </Reading>
        {runs.hasNextPage && <p className={css.more}><Button onClick={() => void runs.fetchNextPage()} isBusy={runs.isFetchingNextPage}>Show more</Button></p>}
      </Section>
    </>
  );
}

function RunTable({ runs }: { runs: readonly RunSummary[] }) {
  return (
    <Table
      caption="Runs" rows={runs} idOf={({ id }) => id} to={({ id }) => `/evals/${id}`}
      columns={[
        { head: "run", cell: (run) => <span className={css.when}>{moment(run.started_at_ms)}</span> },
        { head: "feature", cell: (run) => run.feature },
        { head: "verdict", cell: (run) => (run.scope === "held-out" || run.verdict ? <VerdictMark verdict={run.verdict} /> : <span className="soft">estimate</span>) },
        { head: "what it says", isWide: true, cell: (run) => <Says run={run} /> },
        { head: "cases", isNumber: true, cell: (run) => <>{count(run.n_cases)} <span className="soft">{KINDS[run.scope]}</span></> },
        { head: "variants", isNumber: true, cell: (run) => <span title={run.variants.join(", ")}>{run.variants.length} <span className="soft">× {run.trials}</span></span> },
      ]}
    />
  );
}

const KINDS: Record<RunScope, string> = { tune: "tuning", "held-out": "held out", all: "" };

function Says({ run }: { run: RunSummary }) {
  const state = run.state === "running" ? "goes on" : run.state === "stopped" ? "stopped before its end" : null;
  return (
    <span className={css.says}>
      {run.headline ?? (state ? "" : `${plural(run.n_cases, "case")}, no report`)} {state && <i>{state}</i>} {run.simulated && <Simulated />}
    </span>
  );
}
