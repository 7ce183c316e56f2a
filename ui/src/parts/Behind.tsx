// What stands behind a picture: closed until somebody checks.
import type { ReactNode } from "react";
import css from "./Behind.module.css";

export function Behind({ says = "as a table", children, isOpen }: { says?: string; children: ReactNode; isOpen?: boolean }) {
  return (
    <details className={css.behind} open={isOpen}>
      <summary>{says}</summary>
      {children}
    </details>
  );
}
