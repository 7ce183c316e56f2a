import type { PageRoute } from "../../app/routes.ts";

export const ROUTES: readonly PageRoute[] = [
  { path: "/data", load: () => import("./Data.tsx") },
  { path: "/data/$dataset", load: () => import("./cases/Cases.tsx") },
  { path: "/data/$dataset/versions", load: () => import("./versions/Versions.tsx") },
  { path: "/data/$dataset/health", load: () => import("./health/Health.tsx") },
];
