// Did this change help, and whom: two variants, or two runs, on the same cases in pairs.
import { useState } from "react";
import type { AskChanges, Changes } from "../../api/contract.ts";
import { useOperation, usePages } from "../../api/use.ts";
import { useFeature } from "../../app/feature.ts";
import { oneOf, useFilters, useParam } from "../../app/place.ts";
import { useKeys } from "../../keys/use.ts";
import { Button } from "../../parts/Button.tsx";
import { Command } from "../../parts/Command.tsx";
import { Empty } from "../../parts/Empty.tsx";
import { Forest } from "../../parts/Forest.tsx";
import { PageHead, Section } from "../../parts/Page.tsx";
import { ProblemShown } from "../../parts/Problem.tsx";
import { Reading } from "../../parts/Reading.tsx";
import { group } from "../../says/criterion.ts";
import { moment } from "../../says/time.ts";
import { ChangedCases } from "./ChangedCases.tsx";
import { quoted } from "./command.ts";
import { CompareSides } from "./CompareSides.tsx";
import { Difference } from "./Difference.tsx";
import { RunTabs, runTitle } from "./RunTabs.tsx";
import { runSides, variantOfBoth, variantSides } from "./sides.ts";

const ONLY = ["changed", "worse", "better", "all"] as const;

export default function Compare() {
  const run = useParam("run");
  const [filters, setFilters] = useFilters();
  const feature = useFeature();
  const runs = useOperation("runs.list", { feature, limit: 50 }, { when: !run && feature !== undefined });
  const [from, to] = runSides(runs.data?.runs ?? [], filters.first, filters.second);
  const shown = useOperation("runs.show", { run: run || to }, { when: Boolean(run || to) });
  const [first, second] = run ? (shown.data ? variantSides(shown.data, filters.first, filters.second) : ["", ""]) : [from, to];
  const earlier = runs.data?.runs.find(({ id }) => id === from)?.variants;
  const { variant, shared } = run ? { shared: [] } : variantOfBoth(earlier, shown.data?.summary.variants ?? [], filters.variant, shown.data?.report?.headline.variant);
  const [revealed, setRevealed] = useState("");
  const isRevealed = revealed === `${run} ${first} ${second}`;
  const ask: AskChanges = {
    first, second, run: run || undefined, variant, metric: filters.metric, field: filters.field, value: filters.value,
    only: oneOf(ONLY, filters.only), limit: 25, reveal_held_out: isRevealed || undefined,
  };
  const hasNone = !run && shown.data !== undefined && variant === undefined;
  const canCompare = Boolean(first && second && first !== second && (run || variant));
  const changes = usePages("runs.changes", ask, { when: canCompare });
  const swap = () => setFilters({ first: second, second: first });
  useKeys({ "evals.swap": swap, "evals.more": changes.hasNextPage ? () => void changes.fetchNextPage() : undefined });
  const summary = shown.data?.summary;
  return (
    <>
      <PageHead title={run && summary ? runTitle(summary) : "Compare runs"} says={run && summary ? moment(summary.started_at_ms) : "The same cases, in pairs"} />
      {run && <RunTabs run={run} feature={summary?.feature} />}
      {shown.data && <CompareSides shown={shown.data} runs={run ? null : runs.data?.runs ?? []} variant={variant} shared={shared} first={first} second={second} onSwap={swap} />}
      {shown.error && <ProblemShown thrown={shown.error} />}
      {shown.data && !canCompare && <Empty says={hasNone && first && second ? "These two runs have no variant in common." : first && first === second ? "Choose two that are not the same." : "There is nothing to compare with yet; a second run on the same cases makes it possible."} />}
      {canCompare && (
        <Reading query={{ ...changes, data: changes.data?.pages }}>
          {(pages) => pages[0] && (
            <>
              <Compared changes={named(pages[0])} first={first} second={second} />
              <ChangedCases
                pages={pages} first={run ? first : "before"} second={run ? second : "after"} isRevealed={isRevealed}
                onReveal={() => setRevealed(`${run} ${first} ${second}`)}
              />
              {changes.hasNextPage && <Button onClick={() => void changes.fetchNextPage()} isBusy={changes.isFetchingNextPage}>Show more</Button>}
            </>
          )}
        </Reading>
      )}
    </>
  );
}

/** One variant in two runs needs two names. */
function named(changes: Changes): Changes {
  const { comparison } = changes;
  if (comparison.first !== comparison.second) return changes;
  return { ...changes, comparison: { ...comparison, first: `${comparison.first} before`, second: `${comparison.second} after` } };
}

function Compared({ changes, first, second }: { changes: Changes; first: string; second: string }) {
  const { comparison, segments } = changes;
  return (
    <>
      <Difference changes={changes} />
      <Section title="For whom">
        <Forest
          caption={`Difference by ${comparison.metric}, ${comparison.second} against ${comparison.first}`}
          worse={`${comparison.first} better`} better={`${comparison.second} better`}
          rows={[
            { label: "all cases", isWhole: true, ...comparison },
            ...segments.map((segment) => ({ ...segment, label: group(segment.group) })),
          ]}
        />
        {changes.note && <p className="soft tiny">{changes.note}</p>}
      </Section>
      <Section title="The same in the terminal"><Command text={`karat compare ${quoted(first)} ${quoted(second)}`} /></Section>
    </>
  );
}
