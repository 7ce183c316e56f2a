// How much of something is done.

import css from "./Bar.module.css";

export function Bar({ done, total, label }: { done: number; total: number; label: string }) {
  return <progress className={css.bar} value={done} max={Math.max(total, 1)} aria-label={label} />;
}
