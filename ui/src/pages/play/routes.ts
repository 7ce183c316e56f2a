import type { PageRoute } from "../../app/routes.ts";

export const ROUTES: readonly PageRoute[] = [
  { path: "/play", load: () => import("./Play.tsx") },
];
