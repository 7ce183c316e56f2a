// Around every page: the rail, the palette, the sheet of keys. Nobody without a session sees more than Join.
import { useQuery } from "@tanstack/react-query";
import { Outlet } from "@tanstack/react-router";
import { lazy, Suspense, useEffect, useState } from "react";
import { sessionQuery } from "../api/session.ts";
import { listen, useKeys } from "../keys/use.ts";
import { ProblemShown } from "../parts/Problem.tsx";
import { EVERYWHERE } from "../keys/registry.ts";
import css from "./Frame.module.css";
import { KeySheet } from "./KeySheet.tsx";
import { Palette } from "./Palette.tsx";
import { useGo, usePath } from "./place.ts";
import { Rail } from "./Rail.tsx";
import { nextTheme } from "./theme.ts";
import { useFeatureKept } from "./feature.ts";

const Join = lazy(() => import("../pages/join/Join.tsx"));

/** Addresses that need no session: strangers try a prototype, new people join. */
const isOpen = (path: string) => path.startsWith("/p/") || path === "/join";

export function Frame() {
  const path = usePath();
  if (isOpen(path)) return <Suspense><Outlet /></Suspense>;
  return <Inside />;
}

function Inside() {
  const session = useQuery(sessionQuery);
  if (session.error) {
    return <main className={css.alone}><ProblemShown thrown={session.error} again={() => session.refetch()} /></main>;
  }
  if (session.data === undefined) return null;
  if (session.data === null) return <Suspense><Join /></Suspense>;
  return <Shell />;
}

function Shell() {
  const go = useGo();
  const [open, setOpen] = useState<"palette" | "keys" | null>(null);
  useEffect(listen, []);
  useFeatureKept();
  useKeys({
    ...Object.fromEntries(EVERYWHERE.flatMap((key) => (key.go ? [[key.id, () => go(key.go as string)]] : []))),
    "palette.open": () => setOpen("palette"),
    "keys.show": () => setOpen("keys"),
    "theme.next": () => nextTheme(),
    "next.do": () => {
      const loud = document.querySelector<HTMLElement>("main [data-kind=loud]");
      if (!loud) return false;
      loud.click();
    },
  });
  return (
    <div className={css.frame}>
      <a className={css.skip} href="#main">Skip to the page</a>
      <Rail onKeys={() => setOpen("keys")} onPalette={() => setOpen("palette")} />
      <main id="main" tabIndex={-1} className={css.main}>
        <Suspense><Outlet /></Suspense>
      </main>
      {open === "palette" && <Palette onClose={() => setOpen(null)} />}
      {open === "keys" && <KeySheet onClose={() => setOpen(null)} />}
    </div>
  );
}
