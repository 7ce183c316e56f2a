import type { PageRoute } from "../../app/routes.ts";

export const ROUTES: readonly PageRoute[] = [
  { path: "/evals", load: () => import("./Runs.tsx") },
  { path: "/evals/start", load: () => import("./Start.tsx") },
  { path: "/evals/compare", load: () => import("./Compare.tsx") },
  { path: "/evals/$run", load: () => import("./Run.tsx") },
  { path: "/evals/$run/compare", load: () => import("./Compare.tsx") },
  { path: "/evals/$run/answers", load: () => import("./Answers.tsx") },
];
