// What the server reads in pasted rows. Long texts stay out of the key, so that typing elsewhere stays quick.
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useRef } from "react";
import { call } from "../../api/call.ts";
import type { Preview } from "../../api/contract.ts";
import type { ApiProblem } from "../../api/problem.ts";
import { type Draft, floorOf } from "./draft.ts";

export function usePreview({ text, file_name, columns, floor: typed }: Draft) {
  const seen = useRef({ text, version: newVersion() });
  if (seen.current.text !== text) seen.current = { text, version: newVersion() };
  const floor = floorOf(typed);
  return useQuery<Preview, ApiProblem>({
    queryKey: ["bets.preview", seen.current.version, file_name, columns, floor],
    queryFn: ({ signal }) => call("bets.preview", {
      text,
      ...(file_name ? { file_name } : {}),
      ...(columns ? { columns } : {}),
      ...(floor === null ? {} : { floor }),
    }, { signal }),
    enabled: text !== "",
    placeholderData: keepPreviousData,
    // The same rows are read the same way; only what is asked for changes.
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 60_000,
  });
}

let versions = 0;

function newVersion(): number {
  versions += 1;
  return versions;
}
