import type { Key } from "../../keys/registry.ts";

export const KEYS: readonly Key[] = [
  { id: "play.run", place: "play", keys: "mod+Enter", says: "Run, with the draft of the prompt if there is one", inText: true },
  { id: "play.repeats", place: "play", keys: "r", says: "Change the number of repeats" },
  { id: "play.inputs", place: "play", keys: "i", says: "Choose inputs" },
  { id: "play.prompt", place: "play", keys: "e", says: "Edit the prompt" },
  { id: "play.diff", place: "play", keys: "d", says: "Show what changed in the prompt" },
  { id: "play.save", place: "play", keys: "mod+s", says: "Save the prompt into the project's file", inText: true },
  { id: "play.candidate", place: "play", keys: "c", says: "Make a candidate case of the row" },
  { id: "play.publish", place: "play", keys: "p", says: "Publish a prototype" },
];
