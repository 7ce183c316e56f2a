// The hand and the server: fetches ahead, commits without waiting, keeps leases alive, takes back.
import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useReducer, useRef } from "react";
import { call, writeKey } from "../../../api/call.ts";
import { ApiProblem, asProblem } from "../../../api/problem.ts";
import { current, type Draft, EMPTY, hasEnded, seconds, step, undoLeft, wantsMore } from "./hand.ts";

const KEEP_EVERY_MS = 3 * 60_000;
/** What a commit makes stale elsewhere. */
const STALE = ["labels.queues", "labels.disputes", "labels.agreement", "labels.mine", "today.show"] as const;

export interface Doing {
  edit: (change: Partial<Draft>) => void;
  move: (step: 1 | -1) => void;
  commit: (how: { stays: boolean }) => void;
  skip: (reason: string) => void;
  undo: () => void;
  reveal: () => void;
  goOn: () => void;
  say: (says: string) => void;
  again: () => void;
}

export function useHand(queue: string) {
  const [hand, happen] = useReducer(step, EMPTY);
  const client = useQueryClient();
  const isAsking = useRef(false);
  const storing = useRef<Promise<unknown>>(Promise.resolve());
  const latest = useRef(hand);
  useEffect(() => {
    latest.current = hand;
  });
  const stale = useCallback(() => {
    for (const name of STALE) void client.invalidateQueries({ queryKey: [name] });
  }, [client]);

  const ask = useCallback(async () => {
    if (isAsking.current) return;
    isAsking.current = true;
    const held = latest.current.held.map(({ item }) => item.id);
    try {
      const task = await call("labels.next", held.length > 0 ? { queue, except: held } : { queue });
      happen({ what: "arrived", task, now_ms: Date.now() });
    } catch (thrown) {
      // A server that does not know how to leave items out gives one at a time.
      const isRefused = thrown instanceof ApiProblem && [400, 422].includes(thrown.status);
      happen(held.length > 0 && isRefused ? { what: "single" } : { what: "failed", thrown });
    } finally {
      isAsking.current = false;
    }
  }, [queue]);

  const wants = wantsMore(hand);
  const n_held = hand.held.length;
  const { n_arrived } = hand;
  // Also after an answer that brought nothing: the item that was just committed, offered before it was stored.
  useEffect(() => {
    if (wants) void ask();
  }, [wants, n_held, n_arrived, ask]);

  useEffect(() => {
    const keep = () => {
      for (const { item } of latest.current.held) {
        call("labels.keep", { queue, item: item.id, lease: item.lease }).catch((thrown: unknown) => {
          if (isConflict(thrown)) happen({ what: "left", id: item.id, says: `This item is no longer yours: ${saysOf(thrown)}`, now_ms: Date.now() });
        });
      }
    };
    const timer = setInterval(keep, KEEP_EVERY_MS);
    // A computer that slept has lost time that no timer counted.
    const onShow = () => document.visibilityState === "visible" && keep();
    document.addEventListener("visibilitychange", onShow);
    return () => {
      clearInterval(timer);
      document.removeEventListener("visibilitychange", onShow);
    };
  }, [queue]);

  const store = (id: string, write: () => Promise<{ reveal?: { value: unknown; by: string } | null }>) => {
    storing.current = write().then(
      ({ reveal }) => {
        happen({ what: "stored", id, reveal: reveal ?? null });
        stale();
      },
      (thrown: unknown) => happen({ what: "refused", id, isLost: isConflict(thrown), says: `Not stored: ${saysOf(thrown)}`, now_ms: Date.now() }),
    );
  };

  const doing: Doing = {
    edit: (change) => happen({ what: "edited", change }),
    move: (by) => happen({ what: "moved", step: by, now_ms: Date.now() }),
    goOn: () => happen({ what: "went on", now_ms: Date.now() }),
    reveal: () => happen({ what: "revealed" }),
    say: (says) => happen({ what: "said", says }),
    again: () => {
      happen({ what: "failed", thrown: null });
      void ask();
    },
    commit: ({ stays }) => {
      const held = current(hand);
      if (!held) return;
      const now_ms = Date.now();
      const { id, lease } = held.item;
      const { value, correction, comment, isGap, rules } = held.draft;
      const said = remark(isGap, comment);
      const wish = {
        queue, item: id, lease, value, seconds: seconds(held, hand.shown_at_ms, now_ms),
        ...(correction.trim() && { correction: correction.trim() }),
        ...(said && { comment: said }),
        ...(rules.length > 0 && { rules: [...rules] }),
      };
      happen({ what: "sent", stays, now_ms });
      store(id, () => call("labels.submit", wish, { once: writeKey() }));
    },
    skip: (reason) => {
      const held = current(hand);
      if (!held) return;
      const { id, lease } = held.item;
      happen({ what: "sent", stays: false, isSkip: true, now_ms: Date.now() });
      store(id, async () => {
        await call("labels.skip", { queue, item: id, lease, reason }, { once: writeKey() });
        return {};
      });
    },
    undo: async () => {
      const { sent } = hand;
      if (!sent || undoLeft(hand, Date.now()) === 0) return;
      await storing.current;
      if (latest.current.sent?.held.item.id !== sent.held.item.id) return;
      try {
        const { id } = sent.held.item;
        const { lease, lease_until_ms } = await call("labels.undo", { queue, item: id }, { once: writeKey() });
        // A server that does not name the new lease gives the item again when asked for the next one.
        const item = lease ? { lease, lease_until_ms: lease_until_ms ?? 0 } : (await call("labels.next", { queue })).item;
        const isBack = lease !== undefined || (item !== null && "id" in item && item.id === id);
        happen(isBack && item
          ? { what: "undone", now_ms: Date.now(), lease: { lease: item.lease, lease_until_ms: item.lease_until_ms } }
          : { what: "forgotten", says: "Taken back. The item comes again later." });
        stale();
      } catch (thrown) {
        happen({ what: "said", says: `Not taken back: ${saysOf(thrown)}` });
        if (wantsMore(latest.current)) void ask();
      }
    },
  };
  return { hand, doing, hasEnded: hasEnded(hand) };
}

/** A flagged gap stands at the beginning of the comment, where whoever settles disputes reads it. */
function remark(isGap: boolean, comment: string): string {
  return [isGap && "Gap in the guideline", comment.trim()].filter(Boolean).join(": ");
}

function isConflict(thrown: unknown): boolean {
  return thrown instanceof ApiProblem && thrown.status === 409;
}

function saysOf(thrown: unknown): string {
  const { detail, title, next } = asProblem(thrown);
  return [detail || title, next && `Next: ${next}`].filter(Boolean).join(". ");
}
