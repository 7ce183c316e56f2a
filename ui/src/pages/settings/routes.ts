import type { PageRoute } from "../../app/routes.ts";

export const ROUTES: readonly PageRoute[] = [
  { path: "/settings", load: () => import("./Settings.tsx") },
];
