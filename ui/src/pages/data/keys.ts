// The keys of Data; moving in the table of cases has those of every list.
import type { Key } from "../../keys/registry.ts";

export const KEYS: readonly Key[] = [
  { id: "data.find", place: "data", keys: "/", says: "Find a text in the cases" },
  { id: "data.window_next", place: "data", keys: "]", says: "The next 100,000 cases" },
  { id: "data.window_previous", place: "data", keys: "[", says: "The 100,000 cases before" },
];
