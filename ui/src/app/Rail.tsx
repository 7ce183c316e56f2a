// The way between pages, the feature in hand, and who is here.
import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { sessionQuery } from "../api/session.ts";
import { drawn, EVERYWHERE } from "../keys/registry.ts";
import { Go } from "../parts/Go.tsx";
import { FeatureSwitch } from "./FeatureSwitch.tsx";
import { usePath } from "./place.ts";
import css from "./Rail.module.css";
import { nextTheme, useTheme } from "./theme.ts";

const PAGES = [
  ["Today", "/today"], ["New bet", "/bet"], ["Play", "/play"], ["Evals", "/evals"], ["Gate", "/gate"], ["Live", "/live"],
  ["Label", "/label"], ["Data", "/data"], ["Page", "/page"], ["Settings", "/settings"],
] as const;

export function Rail({ onKeys, onPalette }: { onKeys: () => void; onPalette: () => void }) {
  const path = usePath();
  const [isOpen, setOpen] = useState(false);
  const theme = useTheme();
  const me = useQuery(sessionQuery).data;
  useEffect(() => setOpen(false), [path]);
  const here = (page: string) => path === page || path.startsWith(`${page}/`);
  return (
    <header className={css.rail} data-open={isOpen}>
      <div className={css.top}>
        <Go className={css.brand} to="/today"><i aria-hidden="true">◆</i> Karat</Go>
        <button type="button" className={css.menu} aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
          {PAGES.find(([, page]) => here(page))?.[0] ?? "Pages"} <span aria-hidden="true">{isOpen ? "▴" : "▾"}</span>
        </button>
      </div>
      <div className={css.body}>
        <FeatureSwitch />
        <nav aria-label="Pages">
          {PAGES.map(([name, page]) => {
            const key = EVERYWHERE.find(({ go }) => go === page);
            return (
              <Go key={page} to={page} className={css.page} aria-current={here(page) ? "page" : undefined}>
                {name} {key && <kbd aria-hidden="true">{drawn(key.keys)}</kbd>}
              </Go>
            );
          })}
        </nav>
        <div className={css.foot}>
          <button type="button" onClick={onPalette}>Find <kbd aria-hidden="true">{drawn("mod+k")}</kbd></button>
          <button type="button" onClick={onKeys}>Keys <kbd aria-hidden="true">?</kbd></button>
          <button type="button" onClick={nextTheme}>Theme <span className="soft">{theme}</span></button>
          {me && <p className={css.person}>{me.person.name}<span>{me.person.role}{me.project ? ` · ${me.project}` : ""}</span></p>}
        </div>
      </div>
    </header>
  );
}
