// The keys of Live.
import type { Key } from "../../keys/registry.ts";

export const KEYS: readonly Key[] = [
  { id: "live.overview", place: "live", keys: "1", says: "What the feature does" },
  { id: "live.requests", place: "live", keys: "2", says: "Single requests" },
  { id: "live.longer", place: "live", keys: "w", says: "Look further back" },
  { id: "live.search", place: "live", keys: "/", says: "Search in requests and answers" },
  { id: "live.more", place: "live", keys: "m", says: "Show more rows" },
  { id: "live.case", place: "live", keys: "c", says: "Make one request a candidate case, for people to label" },
  { id: "live.back", place: "live", keys: "u", says: "From one request back to the feature" },
];
