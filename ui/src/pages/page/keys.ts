// The keys of Page.
import type { Key } from "../../keys/registry.ts";

export const KEYS: readonly Key[] = [
  { id: "page.audience", place: "page", keys: "a", says: "Change the audience" },
  { id: "page.print", place: "page", keys: "p", says: "Print the page" },
  { id: "page.copy", place: "page", keys: "c", says: "Copy the link to the page" },
];
