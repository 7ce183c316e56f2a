// Did this change help, and whom: two variants, or two runs, on the same cases in pairs.
import { useState } from "react";
import type { AskChanges, Changes } from "../../api/contract.ts";
import { useOperation, usePages } from "../../api/use.ts";
import { type Filters, oneOf, useFilters, useParam } from "../../app/place.ts";
import { useKeys } from "../../keys/use.ts";
import { Button } from "../../parts/Button.tsx";
import { Command } from "../../parts/Command.tsx";
import { Forest } from "../../parts/Forest.tsx";
import { PageHead, Section } from "../../parts/Page.tsx";
import { Reading } from "../../parts/Reading.tsx";
import { group } from "../../says/criterion.ts";
import { moment } from "../../says/time.ts";
import { ChangedCases } from "./ChangedCases.tsx";
import { quoted } from "./command.ts";
import { CompareSides } from "./CompareSides.tsx";
import { Difference } from "./Difference.tsx";
import { RunTabs, runTitle } from "./RunTabs.tsx";

const ONLY = ["changed", "worse", "better", "all"] as const;

export default function Compare() {
  const run = useParam("run");
  const [filters, setFilters] = useFilters();
  const shown = useOperation("runs.show", { run: run || "latest" });
  const [first, second] = sides(filters, shown.data?.summary.variants ?? [], shown.data?.report?.baseline ?? null, shown.data?.report?.headline.variant ?? null);
  const [revealed, setRevealed] = useState("");
  const isRevealed = revealed === `${run} ${first} ${second}`;
  const ask: AskChanges = {
    first, second, run: run || undefined, variant: run ? undefined : filters.variant, metric: filters.metric, field: filters.field, value: filters.value,
    only: oneOf(ONLY, filters.only), limit: 25, reveal_held_out: isRevealed || undefined,
  };
  const changes = usePages("runs.changes", ask, { when: Boolean(first && second && first !== second) });
  const swap = () => setFilters({ first: second, second: first });
  useKeys({ "evals.swap": swap, "evals.more": changes.hasNextPage ? () => void changes.fetchNextPage() : undefined });
  const summary = shown.data?.summary;
  return (
    <>
      <PageHead title={run && summary ? runTitle(summary) : "Compare runs"} says={run && summary ? moment(summary.started_at_ms) : "The same cases, in pairs"} />
      {run && <RunTabs run={run} feature={summary?.feature} />}
      {shown.data && <CompareSides shown={shown.data} run={run} first={first} second={second} onSwap={swap} />}
      {first === second && first !== "" && <p className="soft">Choose two that are not the same.</p>}
      <Reading query={{ ...changes, data: changes.data?.pages }}>
        {(pages) => pages[0] && (
          <>
            <Compared changes={pages[0]} first={first} second={second} />
            <ChangedCases
              pages={pages} first={first} second={second} isRevealed={isRevealed}
              onReveal={() => setRevealed(`${run} ${first} ${second}`)}
            />
            {changes.hasNextPage && <Button onClick={() => void changes.fetchNextPage()} isBusy={changes.isFetchingNextPage}>Show more</Button>}
          </>
        )}
      </Reading>
    </>
  );
}

/** What the address says; else the baseline and the variant of the headline. */
function sides(filters: Filters, variants: readonly string[], baseline: string | null, headline: string | null): [string, string] {
  const first = filters.first ?? baseline ?? variants[0] ?? "";
  const others = variants.filter((name) => name !== first);
  const second = filters.second ?? (headline && headline !== first ? headline : others[0]) ?? "";
  return [first, second];
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
