import { expect, test } from "vitest";
import type { LabelItem, LabelTask, Queue } from "../../../api/contract.ts";
import { current, EMPTY, type Hand, type Happened, place, seconds, step, undoLeft, wantsMore } from "./hand.ts";

const item = (id: string): LabelItem => ({
  id, lease: `lease-${id}`, lease_until_ms: 600_000, input: { text: id }, answer: null, context: {}, position: 1, total: 3, is_repeat: false, suggestion: null,
});
const task = (id: string | null, why: string | null = null): LabelTask => ({
  item: id ? item(id) : null, none_because: why, queue: { name: "q" } as Queue, guideline: { queue: "q", version: 1, text: "", by: "Ada", at_ms: 0, n_stale: 0 },
});
const after = (...happened: Happened[]): Hand => happened.reduce(step, EMPTY);
const arrived = (id: string | null, now_ms = 0): Happened => ({ what: "arrived", task: task(id, id ? null : "3 wait for a second person."), now_ms });
const shown = (hand: Hand) => current(hand)?.item.id;
const ids = (hand: Hand) => hand.held.map((held) => held.item.id);

test("one item is fetched ahead, so that committing shows the next at once", () => {
  const hand = after(arrived("a"), arrived("b"));
  expect([shown(hand), wantsMore(hand)]).toEqual(["a", false]);
  const next = step(hand, { what: "sent", stays: false, now_ms: 100 });
  expect([shown(next), wantsMore(next), next.sent?.isStored]).toEqual(["b", true, false]);
});

test("a server that gives the same item again gives one at a time, and is asked after the label is stored", () => {
  const hand = after(arrived("a"), arrived("a"));
  expect([ids(hand), hand.isSingle, wantsMore(hand)]).toEqual([["a"], true, false]);
  const sent = step(hand, { what: "sent", stays: false, now_ms: 1 });
  expect(wantsMore(sent)).toBe(false);
  expect(wantsMore(step(sent, { what: "stored", id: "a", reveal: null }))).toBe(true);
});

test("an answer that brings what was stored meanwhile is followed by another question", () => {
  const stored = after(arrived("a"), { what: "sent", stays: false, now_ms: 1 }, { what: "stored", id: "a", reveal: null });
  const late = step(stored, arrived("a"));
  expect([ids(late), wantsMore(late), late.n_arrived - stored.n_arrived]).toEqual([[], true, 1]);
  const again = step(stored, { what: "arrived", task: { ...task("a"), item: { ...item("a"), is_repeat: true } }, now_ms: 2 });
  expect(ids(again)).toEqual(["a"]);
});

test("arrows move between the items in hand and drafts wait with them", () => {
  let hand = after(arrived("a"), arrived("b"), { what: "edited", change: { value: "x" } }, { what: "moved", step: 1, now_ms: 5000 });
  expect([shown(hand), current(hand)?.draft.value]).toEqual(["b", undefined]);
  hand = step(hand, { what: "moved", step: -1, now_ms: 9000 });
  expect([shown(hand), current(hand)?.draft.value]).toEqual(["a", "x"]);
  expect(current(hand) && seconds(current(hand) as never, hand.shown_at_ms, 12_000)).toBe(8);
  expect(shown(step(hand, { what: "moved", step: -1, now_ms: 9001 }))).toBe("a");
});

test("undo brings the item back with its draft, for ten seconds", () => {
  const sent = after(arrived("a"), arrived("b"), { what: "edited", change: { value: "x" } }, { what: "sent", stays: false, now_ms: 1000 });
  expect([undoLeft(sent, 4000), undoLeft(sent, 11_001)]).toEqual([7000, 0]);
  const back = step(sent, { what: "undone", now_ms: 4000, lease: { lease: "new", lease_until_ms: 9 } });
  expect([ids(back), current(back)?.draft.value, current(back)?.item.lease, back.sent, back.n_sent]).toEqual([["a", "b"], "x", "new", null, 0]);
});

test("a label that was not stored comes back, unless somebody else has the item", () => {
  const sent = after(arrived("a"), arrived("b"), { what: "sent", stays: false, now_ms: 1 });
  const cut = step(sent, { what: "refused", id: "a", says: "no connection", isLost: false, now_ms: 2 });
  expect([ids(cut), cut.said]).toEqual([["a", "b"], "no connection"]);
  const lost = step(sent, { what: "refused", id: "a", says: "Ben has it", isLost: true, now_ms: 2 });
  expect([ids(lost), lost.said, lost.n_sent]).toEqual([["b"], "Ben has it", 0]);
});

test("the end is said only when nothing is left in hand, and skipping asks again", () => {
  const end = after(arrived("a"), arrived(null));
  expect([shown(end), wantsMore(end), end.none_because]).toEqual(["a", false, "3 wait for a second person."]);
  const skipped = step(end, { what: "left", id: "a", says: null, now_ms: 3 });
  expect([skipped.held.length, wantsMore(skipped)]).toEqual([0, true]);
});

test("an item that is offered again while it is taken back comes back once, in its place", () => {
  const sent = after(arrived("a"), { what: "single" }, { what: "sent", stays: false, now_ms: 1 }, { what: "stored", id: "a", reveal: null }, arrived("a"));
  expect(ids(sent)).toEqual([]);
  const back = step(sent, { what: "undone", now_ms: 2 });
  expect([ids(back), place(back).position]).toEqual([["a"], 1]);
});

test("an item that was fetched ahead has its place when it is shown, not when it was fetched", () => {
  const hand = after(arrived("a"), arrived("b"));
  expect(place(hand)).toEqual({ position: 1, total: 3 });
  expect(place(step(hand, { what: "moved", step: 1, now_ms: 1 })).position).toBe(2);
  const sent = step(hand, { what: "sent", stays: false, now_ms: 1 });
  expect(place(sent).position).toBe(2);
  expect(place(step(sent, { what: "undone", now_ms: 2 })).position).toBe(1);
});

test("what the model said is revealed only once the label is stored", () => {
  const sent = after(arrived("a"), { what: "sent", stays: true, now_ms: 1 }, { what: "revealed" });
  expect(sent.sent?.isRevealed).toBe(false);
  const stored = [{ what: "stored", id: "a", reveal: { value: "yes", by: "judge" } }, { what: "revealed" }].reduce((hand, each) => step(hand, each as Happened), sent);
  expect(stored.sent?.isRevealed).toBe(true);
});

test("leaving the first of two items keeps the second on the page", () => {
  const hand = after(arrived("a"), arrived("b"), { what: "moved", step: 1, now_ms: 1 }, { what: "left", id: "a", says: "taken", now_ms: 2 });
  expect([shown(hand), hand.said]).toEqual(["b", "taken"]);
});
