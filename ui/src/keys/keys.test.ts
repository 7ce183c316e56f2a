import { expect, test } from "vitest";
import { conflicts } from "./conflicts.ts";
import { markdown } from "./markdown.ts";
import { press, strokeOf } from "./press.ts";
import { drawn, isSingle, KEYS, type Key } from "./registry.ts";

const key = (id: string, place: Key["place"], keys: string): Key => ({ id, place, keys, says: id });

test("no two keys that can be live together are the same", () => {
  expect(conflicts(KEYS)).toEqual([]);
});

test("a key that begins another one is a conflict, on one page but not on two", () => {
  expect(conflicts([key("a", "play", "g"), key("b", "everywhere", "g t")])).toHaveLength(1);
  expect(conflicts([key("a", "play", "x"), key("b", "label", "x")])).toEqual([]);
  expect(conflicts([key("a", "list", "j"), key("b", "label", "j")])).toHaveLength(1);
});

test("one item to label has no list beside it, so its arrows are its own", () => {
  expect(conflicts([key("a", "list", "ArrowDown"), key("b", "item", "ArrowDown")])).toEqual([]);
  expect(conflicts([key("a", "everywhere", "?"), key("b", "item", "?")])).toHaveLength(1);
  expect(conflicts([key("a", "item", "s"), key("b", "item", "s")])).toHaveLength(1);
});

test("the space bar is a key by its name, and a single one", () => {
  const stroke = { key: " ", ctrlKey: false, metaKey: false, altKey: false, shiftKey: false };
  expect(strokeOf(stroke)).toBe("Space");
  expect(drawn("Space")).toBe("Space");
  expect(isSingle({ keys: "Space" })).toBe(true);
});

test("every key has an own id and says what it does", () => {
  expect(new Set(KEYS.map(({ id }) => id)).size).toBe(KEYS.length);
  expect(KEYS.filter(({ says }) => says.length < 5)).toEqual([]);
});

test("single keys are those that need no other key held", () => {
  expect(["j", "g t", "?"].map((keys) => isSingle({ keys }))).toEqual([true, true, true]);
  expect(["mod+k", "Enter", "Escape"].map((keys) => isSingle({ keys }))).toEqual([false, false, false]);
});

test("keys are drawn as they stand on the keyboard", () => {
  expect([drawn("g t", false), drawn("mod+k", false), drawn("mod+k", true), drawn("Enter")]).toEqual(["G T", "Ctrl K", "⌘ K", "↵"]);
});

test("the second stroke of a sequence counts only soon after the first", () => {
  const keys = [key("a", "everywhere", "g t"), key("b", "everywhere", "j")];
  const first = press(keys, { strokes: [], at_ms: 0 }, "g", 1000);
  expect(first.hit).toBeNull();
  expect(press(keys, first.state, "t", 1500).hit?.id).toBe("a");
  expect(press(keys, first.state, "t", 9000).hit).toBeNull();
  expect(press(keys, first.state, "j", 1500).hit?.id).toBe("b");
});

test("the list for the documents holds every key", () => {
  const text = markdown(KEYS);
  for (const { says } of KEYS) expect(text).toContain(says);
});
