// The keys of Gate.
import type { Key } from "../../keys/registry.ts";

export const KEYS: readonly Key[] = [
  { id: "gate.judge", place: "gate", keys: "n", says: "Judge the variants on the held-out cases" },
  { id: "gate.run", place: "gate", keys: "o", says: "Open the run behind the verdict" },
  { id: "gate.sign", place: "gate", keys: "s", says: "Sign off" },
];
