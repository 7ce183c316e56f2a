// Every address of the application. A page owns its own list; the page's code arrives when it is opened.
import { createRootRoute, createRoute, createRouter, lazyRouteComponent, redirect } from "@tanstack/react-router";
import type { ComponentType } from "react";
import { ROUTES as bet } from "../pages/bet/routes.ts";
import { ROUTES as data } from "../pages/data/routes.ts";
import { ROUTES as evals } from "../pages/evals/routes.ts";
import { ROUTES as gate } from "../pages/gate/routes.ts";
import { ROUTES as join } from "../pages/join/routes.ts";
import { ROUTES as label } from "../pages/label/routes.ts";
import { ROUTES as live } from "../pages/live/routes.ts";
import { ROUTES as page } from "../pages/page/routes.ts";
import { ROUTES as play } from "../pages/play/routes.ts";
import { ROUTES as prototype } from "../pages/prototype/routes.ts";
import { ROUTES as settings } from "../pages/settings/routes.ts";
import { ROUTES as today } from "../pages/today/routes.ts";
import { Frame } from "./Frame.tsx";
import { NotFound } from "./NotFound.tsx";
import { Broken } from "./Broken.tsx";
import { parseSearch, writeSearch } from "./search.ts";

/** One address: its path, where `$name` stands for a part, and the file whose default export is shown. */
export interface PageRoute {
  path: string;
  load: () => Promise<{ default: ComponentType }>;
}

const PAGES: readonly PageRoute[] = [
  ...today, ...bet, ...play, ...evals, ...gate, ...live, ...label, ...data, ...page, ...settings, ...join, ...prototype,
];

export function makeRouter() {
  const root = createRootRoute({ component: Frame, notFoundComponent: NotFound });
  // Addresses that the server or people may write.
  const first = createRoute({
    getParentRoute: () => root,
    path: "/",
    beforeLoad: () => {
      throw redirect({ to: "/today", replace: true });
    },
  });
  const gate = createRoute({
    getParentRoute: () => root,
    path: "/gate/$feature",
    beforeLoad: ({ params }) => {
      throw redirect({ to: "/gate", search: { feature: params.feature } as never, replace: true });
    },
  });
  const bets = createRoute({
    getParentRoute: () => root,
    path: "/bets",
    beforeLoad: () => {
      throw redirect({ to: "/bet", replace: true });
    },
  });
  const one = createRoute({
    getParentRoute: () => root,
    path: "/bet/$bet",
    beforeLoad: ({ params }) => {
      throw redirect({ to: "/bet", search: { bet: params.bet } as never, replace: true });
    },
  });
  const pages = PAGES.map(({ path, load }) =>
    createRoute({ getParentRoute: () => root, path, component: lazyRouteComponent(load) }));
  return createRouter({
    routeTree: root.addChildren([first, gate, bets, one, ...pages]),
    parseSearch,
    stringifySearch: writeSearch,
    defaultErrorComponent: Broken,
    defaultNotFoundComponent: NotFound,
    scrollRestoration: true,
  });
}

/** Fetches the code of all pages once nothing else is to do, so that opening one waits for nothing. */
export function fetchPagesWhenIdle(): void {
  const idle = window.requestIdleCallback ?? ((then: () => void) => setTimeout(then, 2000));
  idle(() => {
    for (const { load } of PAGES) load().catch(() => {});
  });
}
