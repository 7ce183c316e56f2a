// One judgement as it goes on: what stands before it, how far it is, what it came to.
import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useRef, useState } from "react";
import type { Before, Name, Progress, Report } from "../../api/contract.ts";
import { follow } from "../../api/follow.ts";

export interface Judging {
  feature: string | null;
  isRunning: boolean;
  before: Before | null;
  progress: Progress | null;
  report: Report | null;
  thrown: unknown;
  start: (feature: string) => Promise<void>;
}

const NOTHING = { feature: null, isRunning: false, before: null, progress: null, report: null, thrown: null };
const STALE: readonly Name[] = ["gate.show", "bets.list", "bets.show", "today.show", "runs.list", "runs.active", "rules.show"];

/** The run goes on when the page is left; only the listening ends. */
export function useJudging(): Judging {
  const [state, setState] = useState<Omit<Judging, "start">>(NOTHING);
  const client = useQueryClient();
  const gone = useRef<AbortController | null>(null);
  useEffect(() => () => gone.current?.abort(), []);
  const start = useCallback(async (feature: string) => {
    gone.current?.abort();
    const mine = new AbortController();
    gone.current = mine;
    const change = (part: Partial<Judging>) => {
      if (!mine.signal.aborted) setState((now) => ({ ...now, ...part }));
    };
    setState({ ...NOTHING, feature, isRunning: true });
    try {
      const report = await follow("gate.judge", { feature }, (part) => {
        if (part.event === "before") change({ before: part.data });
        if (part.event === "progress") change({ progress: part.data });
      }, { signal: mine.signal });
      change({ report });
      await Promise.all(STALE.map((name) => client.invalidateQueries({ queryKey: [name] })));
      change({ isRunning: false });
    } catch (thrown) {
      change({ thrown, isRunning: false });
    }
  }, [client]);
  return { ...state, start };
}
