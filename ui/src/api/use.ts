// Operations as hooks. Reading keeps what was there while the next answer is on its way.
import {
  keepPreviousData,
  useInfiniteQuery,
  useMutation,
  useQuery,
  useQueryClient,
} from "@tanstack/react-query";
import { call, writeKey } from "./call.ts";
import type { InputOf, Name, OutputOf } from "./contract.ts";
import { ApiProblem } from "./problem.ts";

export interface ReadOptions {
  /** False: do not ask yet. */
  when?: boolean;
  /** Ask again after so many milliseconds. */
  every?: number | false;
  /** False: another input starts from nothing. */
  keep?: boolean;
}

export function useOperation<N extends Name>(name: N, input: InputOf<N>, options: ReadOptions = {}) {
  const { when = true, every = false, keep = true } = options;
  return useQuery<OutputOf<N>, ApiProblem>({
    queryKey: [name, input],
    queryFn: ({ signal }) => call(name, input, { signal }),
    enabled: when,
    refetchInterval: every,
    placeholderData: keep ? (keepPreviousData as never) : undefined,
  });
}

type Paged<N extends Name> = OutputOf<N> extends { next: string | null } ? N : never;

/** A list that grows page by page; `input` without its cursor. */
export function usePages<N extends Name>(name: Paged<N>, input: InputOf<N>, options: ReadOptions = {}) {
  const { when = true, every = false } = options;
  return useInfiniteQuery({
    queryKey: [name, input, "pages"],
    queryFn: ({ signal, pageParam }) =>
      call(name as N, (pageParam ? { ...input, cursor: pageParam } : input) as InputOf<N>, { signal }),
    initialPageParam: "",
    getNextPageParam: (last) => (last as { next: string | null }).next ?? undefined,
    enabled: when,
    refetchInterval: every,
    placeholderData: keepPreviousData,
  });
}

/** A write; `stale` names the operations whose answers it changes. */
export function useWrite<N extends Name>(name: N, stale: readonly Name[] = []) {
  const client = useQueryClient();
  return useMutation<OutputOf<N>, Error, InputOf<N>>({
    mutationKey: [name],
    mutationFn: (input) => call(name, input, { once: writeKey() }),
    onSuccess: () =>
      Promise.all(stale.map((each) => client.invalidateQueries({ queryKey: [each] }))).then(() => {}),
  });
}

/** Problems of the caller will not go away by asking again. */
export function mayRetry(n_failed: number, thrown: unknown): boolean {
  return n_failed < 2 && !(thrown instanceof ApiProblem && thrown.status >= 400 && thrown.status < 500);
}
