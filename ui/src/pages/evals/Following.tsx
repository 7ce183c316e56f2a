// A run that was just started: what is known before the first call, then how it stands.
import type { Before } from "../../api/contract.ts";
import { useOperation } from "../../api/use.ts";
import { ActiveRuns } from "../../parts/ActiveRun.tsx";
import { Section } from "../../parts/Page.tsx";
import { Sentences } from "../../report/Sentences.tsx";
import { count, plural, rate, usd } from "../../says/number.ts";

export function Following({ before, feature, scope }: { before: Before | null; feature: string | undefined; scope: string }) {
  const active = useOperation("runs.active", {}, { every: 500 });
  const mine = active.data?.runs.filter((run) => run.feature === feature && run.scope === scope) ?? [];
  return (
    <div aria-live="polite">
      {before && <Section title={before.title}><Sentences says={known(before)} /></Section>}
      {mine.length > 0 ? <Section title="Going on"><ActiveRuns runs={mine} /></Section> : <p className="soft">Preparing the run.</p>}
      <p className="soft">It goes on when you leave this page; the report opens here when it ends.</p>
    </div>
  );
}

function known(before: Before): string[] {
  const { n_trials, n_stored, n_calls, estimate_usd, smallest_difference } = before;
  return [
    `${plural(n_trials, "trial")}${n_stored > 0 ? `, ${count(n_stored)} of them stored already` : ""}${before.is_resumed ? "; an earlier run goes on" : ""}.`,
    n_calls === 0 ? "No model is called, nothing is spent." : `${plural(n_calls, "call")} of models, ${estimate_usd === null ? "at a price that is unknown" : `about ${usd(estimate_usd)}`}.`,
    ...(smallest_difference === null ? [] : [`Differences from ${rate(smallest_difference)} on will show about half of the time.`]),
    ...before.power,
  ];
}
