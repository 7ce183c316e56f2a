// What is true and what to do next, in ten seconds.
import { useRef } from "react";
import type { Today as TodayShown } from "../../api/contract.ts";
import { useOperation } from "../../api/use.ts";
import { useGo } from "../../app/place.ts";
import { ActiveRuns } from "../../parts/ActiveRun.tsx";
import { Command } from "../../parts/Command.tsx";
import { inside } from "../../parts/Go.tsx";
import { useListKeys } from "../../parts/listKeys.ts";
import { PageHead, Section } from "../../parts/Page.tsx";
import { Reading } from "../../parts/Reading.tsx";
import { plural } from "../../says/number.ts";
import { Bets } from "./Bets.tsx";
import { CanWeShip } from "./CanWeShip.tsx";
import { DoNext } from "./DoNext.tsx";
import { Loop } from "./Loop.tsx";
import css from "./Today.module.css";
import { Watch } from "./Watch.tsx";

export default function Today() {
  const isRunning = (today: TodayShown | undefined) => (today?.runs_active.length ?? 0) > 0;
  // An open page turns red by itself when a model becomes worse.
  const today = useOperation("today.show", {}, { every: 15_000 });
  const active = useOperation("runs.active", {}, { when: today.data !== undefined, every: isRunning(today.data) ? 1000 : 15_000 });
  const go = useGo();
  const room = useRef<HTMLDivElement>(null);
  const first = today.data?.next[0];
  useListKeys(room, true, first && (() => go(inside(first.page))));
  return (
    <div ref={room} data-list="">
      <PageHead title="Today" says={today.data?.summary} />
      <Reading query={today}>
        {(shown) => {
          const runs = active.data?.runs ?? shown.runs_active;
          return (
            <>
              {shown.n_errors > 0 && <Wrong today={shown} />}
              {shown.features.length === 0 && <Beginning />}
              {runs.length > 0 && <Section title="Going on"><ActiveRuns runs={runs} /></Section>}
              {shown.features.length > 0 && <CanWeShip features={shown.features} />}
              {shown.next.length > 0 && <DoNext steps={shown.next} title={shown.features.length > 0 ? "Do next" : "Begin here"} />}
              {shown.watch.length > 0 && <Watch watched={shown.watch} />}
              {shown.bets.length > 0 && <Bets bets={shown.bets} />}
              {shown.loop.length > 0 && <Loop numbers={shown.loop} />}
            </>
          );
        }}
      </Reading>
    </div>
  );
}

/** What is wrong with the files, before everything that may follow from it. */
function Wrong({ today }: { today: TodayShown }) {
  return (
    <Section title={plural(today.n_errors, "mistake in the files", "mistakes in the files")}>
      <ul className={css.wrong}>{today.problems.map((problem) => <li key={problem}>{problem}</li>)}</ul>
      {today.n_errors > today.problems.length && <p className="soft tiny">and {today.n_errors - today.problems.length} more</p>}
      <Command text="karat check" says="Shows all of them in the terminal" />
    </Section>
  );
}

function Beginning() {
  return (
    <p className={css.beginning}>
      Here will stand whether what you build with AI is good enough to ship, how sure that is, and what would change it.
      Ten rows with an input and the answer you want are enough to begin. Nothing needs a key.
    </p>
  );
}
