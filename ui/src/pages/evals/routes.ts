import type { PageRoute } from "../../app/routes.ts";

export const ROUTES: readonly PageRoute[] = [
  { path: "/evals", load: () => import("./Evals.tsx") },
];
