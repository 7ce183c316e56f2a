import type { PageRoute } from "../../app/routes.ts";

export const ROUTES: readonly PageRoute[] = [
  { path: "/p/$token", load: () => import("./Prototype.tsx") },
];
