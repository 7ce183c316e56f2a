// The keys of Label: the list of queues, and one item to label, where no list is.
import type { Key } from "../../keys/registry.ts";

const choose = Array.from({ length: 9 }, (_, index): Key => {
  const digit = String(index + 1);
  return { id: `item.choose${digit}`, place: "item", keys: digit, says: `Choose option ${digit}` };
});

export const KEYS: readonly Key[] = [
  { id: "label.open", place: "label", keys: "n", says: "Open a new queue" },
  ...choose,
  { id: "item.down", place: "item", keys: "ArrowDown", says: "Next field" },
  { id: "item.up", place: "item", keys: "ArrowUp", says: "Previous field" },
  { id: "item.on", place: "item", keys: "ArrowRight", says: "Next item in hand; this one waits" },
  { id: "item.back", place: "item", keys: "ArrowLeft", says: "Previous item in hand" },
  { id: "item.commit", place: "item", keys: "Enter", says: "Commit; where an answer may be revealed, stay on the item" },
  { id: "item.complete", place: "item", keys: "mod+Enter", says: "Commit and go to the next item, also from a text", inText: true },
  { id: "item.leave", place: "item", keys: "Escape", says: "Leave the text", inText: true },
  { id: "item.skip", place: "item", keys: "s", says: "Skip with a reason" },
  { id: "item.gap", place: "item", keys: "f", says: "Flag a gap in the guideline" },
  { id: "item.correct", place: "item", keys: "e", says: "Write a correction" },
  { id: "item.comment", place: "item", keys: "c", says: "Write a comment" },
  { id: "item.undo", place: "item", keys: "z", says: "Undo the last label, for ten seconds" },
  { id: "item.context", place: "item", keys: "Space", says: "Show or hide the context" },
  { id: "item.json", place: "item", keys: "j", says: "Show the input as JSON" },
  { id: "item.reveal", place: "item", keys: "r", says: "Reveal the model's answer, after committing" },
  { id: "item.queues", place: "item", keys: "g q", says: "Back to the list of queues" },
];
