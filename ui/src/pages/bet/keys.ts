import type { Key } from "../../keys/registry.ts";

export const KEYS: readonly Key[] = [];
