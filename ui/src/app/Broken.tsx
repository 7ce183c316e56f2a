// A page that failed says so and leaves the rest of the application standing.
import type { ErrorComponentProps } from "@tanstack/react-router";
import { ProblemShown } from "../parts/Problem.tsx";

export function Broken({ error, reset }: ErrorComponentProps) {
  return <ProblemShown thrown={error} again={reset} />;
}
