// Where we are and how to get elsewhere: addresses are plain text, so that a server can name them too.
import { useParams, useRouter, useRouterState } from "@tanstack/react-router";
import { useCallback, useMemo } from "react";
import { parseSearch, writeSearch } from "./search.ts";

export type Go = (address: string, how?: { replace?: boolean }) => void;

export function useGo(): Go {
  const { history } = useRouter();
  return useCallback((address, how) => (how?.replace ? history.replace(address) : history.push(address)), [history]);
}

export function usePath(): string {
  return useRouterState({ select: (state) => state.location.pathname });
}

/** A part of the path, for example the run in /evals/$run. */
export function useParam(name: string): string {
  const params = useParams({ strict: false }) as Record<string, string | undefined>;
  return params[name] ?? "";
}

export type Filters = Readonly<Record<string, string | undefined>>;

/** The values behind the question mark. Setting them makes an address that can be sent to somebody. */
export function useFilters(): [Filters, (changed: Filters, how?: { push?: boolean }) => void] {
  const text = useRouterState({ select: (state) => state.location.searchStr });
  const filters = useMemo(() => parseSearch(text), [text]);
  const { history } = useRouter();
  const set = useCallback((changed: Filters, how?: { push?: boolean }) => {
    const now = parseSearch(history.location.search);
    const address = history.location.pathname + writeSearch({ ...now, ...changed });
    if (how?.push) history.push(address);
    else history.replace(address);
  }, [history]);
  return [filters, set];
}

/** A value as one of the words that it may be; anything else counts as absent. */
export function oneOf<W extends string>(words: readonly W[], value: string | undefined): W | undefined {
  return words.find((word) => word === value);
}
