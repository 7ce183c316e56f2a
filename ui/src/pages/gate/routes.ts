import type { PageRoute } from "../../app/routes.ts";

export const ROUTES: readonly PageRoute[] = [
  { path: "/gate", load: () => import("./Gate.tsx") },
];
