// A small word beside a name.
import type { ReactNode } from "react";
import css from "./Tag.module.css";

export function Tag({ children, title }: { children: ReactNode; title?: string }) {
  return <span className={css.tag} title={title}>{children}</span>;
}

/** Answered by the mock server and not by a real model; marked wherever it appears. */
export function Simulated() {
  return <Tag title="Answered by the mock server and not by a real model">simulated</Tag>;
}
