// Starts a run: which feature, which cases, which variants; then follows it. It goes on when the page is left.
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { Before, RunWish } from "../../api/contract.ts";
import { follow } from "../../api/follow.ts";
import { useOperation } from "../../api/use.ts";
import { useFeature } from "../../app/feature.ts";
import { useFilters, useGo } from "../../app/place.ts";
import { PageHead } from "../../parts/Page.tsx";
import { ProblemShown } from "../../parts/Problem.tsx";
import { Reading } from "../../parts/Reading.tsx";
import { Following } from "./Following.tsx";
import { StartForm } from "./StartForm.tsx";

export default function Start() {
  const [filters] = useFilters();
  const feature = useFeature();
  const isGate = filters.cases === "gate";
  const known = useOperation("play.start", { feature }, { when: feature !== undefined });
  const running = useRun(isGate);
  return (
    <>
      <PageHead
        title={filters.rescore ? "Score again" : isGate ? "Judge" : "Start a run"}
        says={feature && `${feature} · ${isGate ? "held-out cases against the criteria" : "tuning cases; figures are estimates"}`}
      />
      {running.thrown !== null && <ProblemShown thrown={running.thrown} />}
      {running.isGoing
        ? <Following before={running.before} feature={feature} scope={isGate ? "held-out" : "tune"} />
        : <Reading query={known}>{(start) => <StartForm start={start} isGate={isGate} onStart={running.start} />}</Reading>}
    </>
  );
}

function useRun(isGate: boolean) {
  const [before, setBefore] = useState<Before | null>(null);
  const [isGoing, setGoing] = useState(false);
  const [thrown, setThrown] = useState<unknown>(null);
  const client = useQueryClient();
  const go = useGo();
  const start = async (wish: RunWish) => {
    setGoing(true);
    setThrown(null);
    setBefore(null);
    const here = location.pathname;
    try {
      const report = await follow(isGate ? "gate.judge" : "evals.run", wish, (part) => {
        if (part.event === "before") setBefore(part.data);
      });
      // Whoever went elsewhere in the meantime stays there.
      if (location.pathname === here) go(`/evals/${report.run_id}`);
    } catch (problem) {
      setThrown(problem);
      setGoing(false);
    } finally {
      void client.invalidateQueries();
    }
  };
  return { before, isGoing, thrown, start };
}
