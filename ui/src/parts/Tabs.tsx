// Parts of one thing, each with an address of its own.
import { Go } from "./Go.tsx";
import css from "./Tabs.module.css";

export interface Tab {
  name: string;
  to: string;
  isHere: boolean;
  n?: number;
}

export function Tabs({ label, tabs }: { label: string; tabs: readonly Tab[] }) {
  return (
    <nav className={css.tabs} aria-label={label}>
      {tabs.map(({ name, to, isHere, n }) => (
        <Go key={to} to={to} aria-current={isHere ? "page" : undefined}>{name}{n !== undefined && <small>{n}</small>}</Go>
      ))}
    </nav>
  );
}
