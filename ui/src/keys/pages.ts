// The keys of the pages; each page owns its list.
import { KEYS as bet } from "../pages/bet/keys.ts";
import { KEYS as data } from "../pages/data/keys.ts";
import { KEYS as evals } from "../pages/evals/keys.ts";
import { KEYS as gate } from "../pages/gate/keys.ts";
import { KEYS as label } from "../pages/label/keys.ts";
import { KEYS as live } from "../pages/live/keys.ts";
import { KEYS as page } from "../pages/page/keys.ts";
import { KEYS as play } from "../pages/play/keys.ts";
import { KEYS as settings } from "../pages/settings/keys.ts";
import type { Key } from "./registry.ts";

export const PAGE_KEYS: readonly Key[] = [
  ...bet, ...play, ...evals, ...gate, ...live, ...label, ...data, ...page, ...settings,
];
