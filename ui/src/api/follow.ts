// Calls an operation and follows it: events `before`, `progress`, `part`, then `result` or `problem`.
import { type CallOptions, post } from "./call.ts";
import type { Before, InputOf, Name, OutputOf, PartOf, Progress } from "./contract.ts";
import { ApiProblem, type Problem } from "./problem.ts";
import { eventsIn } from "./events.ts";

export type Part<N extends Name> =
  | { event: "before"; data: Before }
  | { event: "progress"; data: Progress }
  | { event: "part"; data: PartOf<N> };

const CUT: Problem = {
  type: "about:blank",
  title: "The connection was cut",
  status: 0,
  detail: "What was asked for goes on without this page.",
  next: "reload to see where it stands",
};

export async function follow<N extends Name>(
  name: N,
  input: InputOf<N>,
  onPart: (part: Part<N>) => void,
  options: CallOptions = {},
): Promise<OutputOf<N>> {
  const response = await post(name, input, "text/event-stream", options);
  if (!response.headers.get("content-type")?.startsWith("text/event-stream")) {
    return (await response.json()) as OutputOf<N>;
  }
  for await (const { event, data } of eventsIn(response.body)) {
    const value: unknown = JSON.parse(data);
    if (event === "result") return value as OutputOf<N>;
    if (event === "problem") throw new ApiProblem(value as Problem);
    if (event === "before" || event === "progress" || event === "part") {
      onPart({ event, data: value } as Part<N>);
    }
  }
  throw new ApiProblem(CUT);
}
