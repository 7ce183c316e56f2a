// Pure. The items that one person has in hand: the one on the page, the ones fetched ahead, and the one just committed.
import type { Guideline, Json, LabelItem, LabelTask, Queue } from "../../../api/contract.ts";

export interface Draft {
  value: Json | undefined;
  correction: string;
  comment: string;
  isGap: boolean;
  /** Rules of the guideline that decided. */
  rules: readonly string[];
}

export interface Held {
  item: LabelItem;
  draft: Draft;
  /** Time spent on it before it was put aside. */
  spent_ms: number;
}

export interface Sent {
  held: Held;
  /** Skipped with a reason instead of labelled. */
  isSkip: boolean;
  at_ms: number;
  isStored: boolean;
  reveal: { value: Json; by: string } | null;
  isRevealed: boolean;
  /** True while it stays on the page, so that what the model said can be revealed beside it. */
  stays: boolean;
}

export interface Hand {
  held: readonly Held[];
  at: number;
  shown_at_ms: number;
  sent: Sent | null;
  n_sent: number;
  /** Labelled or skipped here. */
  n_gone: number;
  /** The position of the first item in hand when nothing had been sent. */
  base: number;
  queue: Queue | null;
  guideline: Guideline | null;
  /** Why there is nothing more. */
  none_because: string | null;
  /** The server gives one item at a time: nothing can be fetched ahead. */
  isSingle: boolean;
  /** What went wrong, in words, beside the item that it is about. */
  said: string | null;
  /** Why no further item came; null where one did. */
  thrown: unknown;
  /** Answers to the question for another item, also those that brought nothing new: after each it is looked whether to ask again. */
  n_arrived: number;
}

export const EMPTY_DRAFT: Draft = { value: undefined, correction: "", comment: "", isGap: false, rules: [] };
export const EMPTY: Hand = {
  held: [], at: 0, shown_at_ms: 0, sent: null, n_sent: 0, n_gone: 0, base: 1, queue: null, guideline: null, none_because: null, isSingle: false, said: null, thrown: null, n_arrived: 0,
};
export const UNDO_MS = 10_000;
const AHEAD = 2;

export type Happened =
  | { what: "arrived"; task: LabelTask; now_ms: number }
  | { what: "edited"; change: Partial<Draft> }
  | { what: "moved"; step: 1 | -1; now_ms: number }
  | { what: "sent"; stays: boolean; isSkip?: boolean; now_ms: number }
  | { what: "stored"; id: string; reveal: Sent["reveal"] }
  | { what: "refused"; id: string; says: string; isLost: boolean; now_ms: number }
  | { what: "went on"; now_ms: number }
  | { what: "revealed" }
  | { what: "undone"; now_ms: number; lease?: Pick<LabelItem, "lease" | "lease_until_ms"> }
  | { what: "left"; id: string; says: string | null; now_ms: number }
  | { what: "said"; says: string | null }
  | { what: "failed"; thrown: unknown }
  | { what: "single" }
  | { what: "forgotten"; says: string };

export function current(hand: Hand): Held | null {
  return hand.held[hand.at] ?? null;
}

/** True where another item should be asked for now. */
export function wantsMore({ held, sent, none_because, isSingle, thrown }: Hand): boolean {
  if (none_because !== null || thrown !== null) return false;
  if (isSingle) return held.length === 0 && (sent === null || sent.isStored);
  return held.length < AHEAD;
}

/** The how-manieth item for this person is on the page, and of how many; what was fetched ahead was counted too early. */
export function place(hand: Hand): { position: number; total: number } {
  const stays = hand.sent?.stays === true;
  const position = hand.base + hand.n_gone + (stays ? -1 : hand.at);
  const total = (current(hand) ?? hand.sent?.held)?.item.total ?? 0;
  return { position, total: Math.max(total, position) };
}

/** True where nothing is left to label, not even what was fetched ahead. */
export function hasEnded({ held, none_because, sent }: Hand): boolean {
  return held.length === 0 && none_because !== null && !sent?.stays;
}

/** Milliseconds in which the last commit can still be undone. */
export function undoLeft({ sent }: Hand, now_ms: number): number {
  return sent ? Math.max(0, sent.at_ms + UNDO_MS - now_ms) : 0;
}

export function seconds(held: Held, shown_at_ms: number, now_ms: number): number {
  return Math.round((held.spent_ms + Math.max(0, now_ms - shown_at_ms)) / 1000);
}

export function step(hand: Hand, happened: Happened): Hand {
  switch (happened.what) {
    case "arrived": return arrived(hand, happened.task, happened.now_ms);
    case "edited": return { ...hand, said: null, held: hand.held.map((held, index) => (index === hand.at ? { ...held, draft: { ...held.draft, ...happened.change } } : held)) };
    case "moved": return moved(hand, happened.step, happened.now_ms);
    case "sent": return sent(hand, happened.stays, happened.isSkip ?? false, happened.now_ms);
    case "stored": return hand.sent?.held.item.id === happened.id ? { ...hand, sent: { ...hand.sent, isStored: true, reveal: happened.reveal } } : hand;
    case "refused": return refused(hand, happened);
    case "went on": return { ...hand, sent: hand.sent && { ...hand.sent, stays: false }, shown_at_ms: happened.now_ms };
    case "revealed": return hand.sent?.reveal ? { ...hand, sent: { ...hand.sent, isRevealed: true } } : hand;
    case "undone": return undone(hand, happened.now_ms, happened.lease);
    case "left": return { ...without(hand, happened.id, happened.now_ms), said: happened.says, none_because: null };
    case "said": return { ...hand, said: happened.says };
    case "forgotten": return { ...hand, sent: null, said: happened.says, none_because: null };
    case "single": return { ...hand, isSingle: true };
    case "failed": return { ...hand, thrown: happened.thrown };
  }
}

function arrived(hand: Hand, { item, none_because, queue, guideline }: LabelTask, now_ms: number): Hand {
  const known = { ...hand, queue, guideline, thrown: null, n_arrived: hand.n_arrived + 1 };
  if (!item) return { ...known, none_because: none_because ?? "Nothing is left for you in this queue." };
  const isHere = hand.held.some((held) => held.item.id === item.id);
  // What was just sent is offered again only while it is stored or taken back.
  const isAgain = item.is_repeat && hand.sent?.isStored === true;
  if (hand.sent?.held.item.id === item.id && !isAgain) return { ...known, isSingle: hand.isSingle || !hand.sent.isStored };
  if (isHere) return { ...known, isSingle: true };
  const held = { item, draft: EMPTY_DRAFT, spent_ms: 0 };
  const base = hand.held.length === 0 ? item.position - hand.n_gone : hand.base;
  return { ...known, base, held: [...hand.held, held], shown_at_ms: hand.held.length === 0 ? now_ms : hand.shown_at_ms };
}

function moved(hand: Hand, by: 1 | -1, now_ms: number): Hand {
  const at = hand.at + by;
  if (!hand.held[at]) return hand;
  const held = hand.held.map((each, index) => (index === hand.at ? { ...each, spent_ms: each.spent_ms + (now_ms - hand.shown_at_ms) } : each));
  return { ...hand, held, at, shown_at_ms: now_ms, said: null };
}

function sent(hand: Hand, stays: boolean, isSkip: boolean, now_ms: number): Hand {
  const held = current(hand);
  if (!held) return hand;
  const kept = { ...held, spent_ms: held.spent_ms + (now_ms - hand.shown_at_ms) };
  return {
    ...without(hand, held.item.id, now_ms),
    sent: { held: kept, isSkip, at_ms: now_ms, isStored: false, reveal: null, isRevealed: false, stays },
    n_sent: hand.n_sent + (isSkip ? 0 : 1),
    n_gone: hand.n_gone + 1,
    said: null,
  };
}

/** A label that was not stored comes back to the hand, unless somebody else has the item now. */
function refused(hand: Hand, { id, says, isLost, now_ms }: { id: string; says: string; isLost: boolean; now_ms: number }): Hand {
  if (hand.sent?.held.item.id !== id) return { ...hand, said: says };
  if (isLost) return { ...hand, sent: null, n_sent: hand.n_sent - counted(hand.sent), n_gone: hand.n_gone - 1, said: says, none_because: null };
  return { ...taken(hand, hand.sent.held, now_ms), said: says };
}

function undone(hand: Hand, now_ms: number, lease?: Pick<LabelItem, "lease" | "lease_until_ms">): Hand {
  if (!hand.sent) return hand;
  const { held } = hand.sent;
  return taken(hand, { ...held, item: { ...held.item, ...lease } }, now_ms);
}

function taken(hand: Hand, held: Held, now_ms: number): Hand {
  const others = hand.held.filter(({ item }) => item.id !== held.item.id);
  return { ...hand, held: [held, ...others], at: 0, shown_at_ms: now_ms, sent: null, n_sent: hand.n_sent - (hand.sent ? counted(hand.sent) : 0), n_gone: hand.n_gone - (hand.sent ? 1 : 0), none_because: null, said: null };
}

const counted = ({ isSkip }: Sent) => (isSkip ? 0 : 1);

function without(hand: Hand, id: string, now_ms: number): Hand {
  const held = hand.held.filter(({ item }) => item.id !== id);
  const isCurrent = current(hand)?.item.id === id;
  const before = hand.held.findIndex(({ item }) => item.id === id);
  const at = before >= 0 && before < hand.at ? hand.at - 1 : hand.at;
  return { ...hand, held, at: Math.max(0, Math.min(at, held.length - 1)), shown_at_ms: isCurrent ? now_ms : hand.shown_at_ms };
}
