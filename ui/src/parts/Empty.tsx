// Nothing is here yet: why, and what to do about it.
import type { ReactNode } from "react";
import css from "./Empty.module.css";

export function Empty({ says, children }: { says: string; children?: ReactNode }) {
  return (
    <div className={css.empty}>
      <p>{says}</p>
      {children && <div>{children}</div>}
    </div>
  );
}
