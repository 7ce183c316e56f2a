import type { PageRoute } from "../../app/routes.ts";

export const ROUTES: readonly PageRoute[] = [
  { path: "/settings", load: () => import("./providers/Providers.tsx") },
  { path: "/settings/people", load: () => import("./people/People.tsx") },
  { path: "/settings/history", load: () => import("./history/History.tsx") },
  { path: "/settings/browser", load: () => import("./browser/Browser.tsx") },
];
