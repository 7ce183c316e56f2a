import type { PageRoute } from "../../app/routes.ts";

export const ROUTES: readonly PageRoute[] = [
  { path: "/bet", load: () => import("./Bet.tsx") },
];
