// The keys of Evals.
import type { Key } from "../../keys/registry.ts";

export const KEYS: readonly Key[] = [
  { id: "evals.start", place: "evals", keys: "n", says: "Start a run" },
  { id: "evals.report", place: "evals", keys: "1", says: "Report of this run" },
  { id: "evals.compare", place: "evals", keys: "2", says: "Compare variants of this run" },
  { id: "evals.answers", place: "evals", keys: "3", says: "Answers of this run" },
  { id: "evals.swap", place: "evals", keys: "x", says: "Swap the two sides of a comparison" },
  { id: "evals.search", place: "evals", keys: "/", says: "Search in inputs and answers" },
  { id: "evals.more", place: "evals", keys: "m", says: "Show more rows" },
];
