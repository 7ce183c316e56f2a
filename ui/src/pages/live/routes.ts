import type { PageRoute } from "../../app/routes.ts";

export const ROUTES: readonly PageRoute[] = [
  { path: "/live", load: () => import("./Live.tsx") },
  { path: "/live/$inference", load: () => import("./Inference.tsx") },
];
