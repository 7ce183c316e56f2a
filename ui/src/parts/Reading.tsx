// What is known of an answer: all of it, what was there before, or why there is none. Never a spinner.
import type { ReactNode } from "react";
import { ProblemShown } from "./Problem.tsx";
import css from "./Reading.module.css";

interface Query<T> {
  data: T | undefined;
  error: unknown;
  refetch: () => unknown;
  isPlaceholderData?: boolean;
}

export function Reading<T>({ query, children }: { query: Query<T>; children: (data: T) => ReactNode }) {
  const { data, error, refetch, isPlaceholderData } = query;
  const problem = error ? <ProblemShown thrown={error} again={() => void refetch()} /> : null;
  if (data === undefined) return problem ?? <p className={css.waiting}>Reading what is stored.</p>;
  return (
    <div data-old={isPlaceholderData} className={css.known}>
      {problem}
      {children(data)}
    </div>
  );
}
