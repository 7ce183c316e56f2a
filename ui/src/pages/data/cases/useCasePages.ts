// Reads the pages that hold the rows on the screen, and those beside them, one at a time.
import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useRef, useState } from "react";
import { call } from "../../../api/call.ts";
import type { AskCases, CasePage } from "../../../api/contract.ts";
import { ApiProblem } from "../../../api/problem.ts";
import { arrived, nextStep, NO_PAGES, type Pages, SIZE } from "./pages.ts";

/** Neither filtered nor sorted. */
function isWholeFile({ split, tag, field, text, sort, descending }: AskCases): boolean {
  return !split && !tag && !field && !text && !descending && (sort ?? "position") === "position";
}

export interface Read {
  pages: Pages;
  /** What the first page said about all of them. */
  head: Pick<CasePage, "version" | "hidden" | "n" | "note"> | null;
  /** True while this shows what another question was answered with. */
  isOld: boolean;
  thrown: unknown;
}

const NOTHING: Read = { pages: NO_PAGES, head: null, isOld: false, thrown: null };

/** `input` without cursor and limit. Call `want` with the rows that are shown. */
export function useCasePages(input: Omit<AskCases, "cursor" | "limit">) {
  const question = JSON.stringify(input);
  const [read, setRead] = useState<Read>(NOTHING);
  const latest = useRef({ question, read, from: 0, to: 0, isReading: false });
  const client = useQueryClient();

  const show = useCallback((next: Read) => {
    latest.current.read = next;
    setRead(next);
  }, []);

  const pump = useCallback(async () => {
    const now = latest.current;
    if (now.isReading) return;
    now.isReading = true;
    try {
      for (;;) {
        const asked = now.question;
        const { pages, isOld } = now.read;
        const known = isOld ? NO_PAGES : pages;
        const step = nextStep(known, now.from, now.to) ?? nextStep(known, now.from - SIZE, now.to + 2 * SIZE);
        if (!step) return;
        const asks = JSON.parse(asked) as AskCases;
        const descending = step.side === "back" ? !asks.descending : asks.descending;
        const full = { ...asks, limit: SIZE, ...(descending !== undefined && { descending }), ...(step.cursor && { cursor: step.cursor }) };
        const page = await client.fetchQuery({ queryKey: ["datasets.cases", full], queryFn: ({ signal }) => call("datasets.cases", full, { signal }), gcTime: 30_000 });
        if (now.question !== asked) continue;
        // Somebody wrote a new version while this one was read: begin again, on the same rows.
        const isOther = !isOld && now.read.head !== null && now.read.head.version !== page.version;
        if (isOther) {
          show({ ...now.read, isOld: true });
          continue;
        }
        const { version, n, note } = page;
        // Only pages with held-out cases say that something is hidden.
        const hidden = page.hidden ?? (isOld ? null : now.read.head?.hidden ?? null);
        show({ pages: arrived(known, step, page, isWholeFile(asks)), head: { version, hidden, n, note }, isOld: false, thrown: null });
      }
    } catch (thrown) {
      // A cursor of a version that is gone: begin again once, without it.
      const isGone = thrown instanceof ApiProblem && thrown.status === 409 && !now.read.isOld;
      show({ ...now.read, isOld: isGone || now.read.isOld, thrown: isGone ? null : thrown });
      if (isGone) setTimeout(pump);
    } finally {
      now.isReading = false;
    }
  }, [client, show]);

  useEffect(() => {
    const now = latest.current;
    const isNew = now.question !== question;
    now.question = question;
    if (isNew) {
      Object.assign(now, { from: 0, to: 60 });
      show({ ...now.read, isOld: true, thrown: null });
    }
    void pump();
  }, [question, pump, show]);

  // While the file is read there will be more.
  const isGrowing = Boolean(read.head?.note);
  useEffect(() => {
    if (!isGrowing) return;
    const timer = setInterval(() => {
      void client.invalidateQueries({ queryKey: ["datasets.cases"] });
      show({ ...latest.current.read, isOld: true });
      void pump();
    }, 2000);
    return () => clearInterval(timer);
  }, [isGrowing, client, pump, show]);

  const want = useCallback((from: number, to: number) => {
    Object.assign(latest.current, { from, to });
    void pump();
  }, [pump]);

  const again = useCallback(() => {
    show({ ...latest.current.read, thrown: null });
    void pump();
  }, [pump, show]);

  return { ...read, want, again };
}
