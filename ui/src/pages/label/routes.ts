import type { PageRoute } from "../../app/routes.ts";

export const ROUTES: readonly PageRoute[] = [
  { path: "/label", load: () => import("./Label.tsx") },
  { path: "/label/$queue", load: () => import("./item/Labelling.tsx") },
  { path: "/label/$queue/disputes", load: () => import("./disputes/Disputes.tsx") },
  { path: "/label/$queue/agreement", load: () => import("./agreement/Agreement.tsx") },
  { path: "/label/$queue/guideline", load: () => import("./guideline/Guideline.tsx") },
];
