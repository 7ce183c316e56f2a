// Every request, the last one first; filters stand in the address and are applied by the server.
import { useEffect, useRef, useState } from "react";
import type { InferencePick, LiveFeature } from "../../api/contract.ts";
import { usePages } from "../../api/use.ts";
import { oneOf, useFilters } from "../../app/place.ts";
import { useKeys } from "../../keys/use.ts";
import { Button } from "../../parts/Button.tsx";
import { Empty } from "../../parts/Empty.tsx";
import { Choice, Fields, Input } from "../../parts/Field.tsx";
import { Section } from "../../parts/Page.tsx";
import { Reading } from "../../parts/Reading.tsx";
import { Table } from "../../parts/Table.tsx";
import { Simulated, Tag } from "../../parts/Tag.tsx";
import { milliseconds, plural, usd } from "../../says/number.ts";
import { moment } from "../../says/time.ts";
import css from "./Live.module.css";
import { OUTCOMES } from "./words.ts";

const OUTCOME_WORDS = ["answered", "failed", "cut", "cancelled"] as const;
const NONE = { variant: undefined, outcome: undefined, signal: undefined, text: undefined, user: undefined };

/** Kinds of signals, with the class where it matters. */
const SIGNALS: readonly (readonly [string, string])[] = [
  ["", "any or none"], ["feedback.thumb:down", "thumb down"], ["feedback.thumb:up", "thumb up"], ["feedback.correction", "corrected"],
  ["response.undone", "taken back"], ["response.rejected", "dismissed"], ["response.retried", "asked for again"], ["response.accepted", "taken"],
];

export function Requests({ feature, from_ms }: { feature: LiveFeature; from_ms: number }) {
  const [filters, setFilters] = useFilters();
  const { variant, text, user } = filters;
  const outcome = oneOf(OUTCOME_WORDS, filters.outcome);
  const [signal, signal_class] = filters.signal?.split(":") ?? [];
  const pick: InferencePick = {
    feature: feature.name, since_ms: from_ms, ...(variant && { variant }), ...(outcome && { outcome }), ...(text && { text }), ...(user && { user }),
    ...(signal && { signal }), ...(signal_class && { signal_class }),
  };
  const isFiltered = Boolean(variant || outcome || text || user || signal);
  const requests = usePages("inferences.list", { pick, limit: 50 });
  const room = useRef<HTMLDivElement>(null);
  const more = requests.hasNextPage ? () => void requests.fetchNextPage() : undefined;
  useKeys({ "live.more": more, "live.search": () => room.current?.querySelector<HTMLInputElement>("input[type=search]")?.focus() });
  const set = (name: string) => (event: { target: { value: string } }) => setFilters({ [name]: event.target.value || undefined });
  return (
    <>
      <div ref={room} className={css.filters}>
        <Fields>
          <Typed label="Text in it" name="text" />
          <Choice label="Variant" value={variant ?? ""} onChange={set("variant")} options={[["", "all variants"], ...feature.variants.flatMap(({ variant: name }) => (name ? [[name, name] as const] : []))]} />
          <Choice label="Ended" value={outcome ?? ""} onChange={set("outcome")} options={[["", "any way"], ...OUTCOME_WORDS.map((word) => [word, OUTCOMES[word]] as const)]} />
          <Choice label="Signal" value={filters.signal ?? ""} onChange={set("signal")} options={SIGNALS} />
          <Typed label="User" name="user" />
        </Fields>
      </div>
      <Reading query={{ ...requests, data: requests.data?.pages }}>
        {(pages) => {
          const rows = pages.flatMap(({ inferences }) => inferences);
          return (
            <Section title={`${plural(rows.length, "request")}${requests.hasNextPage ? ", and more" : ""}`}>
              {rows.length === 0 && !requests.hasNextPage && (
                <Empty says={isFiltered ? "No request fits these filters." : "Nobody asked it for anything in this time."}>
                  {isFiltered && <Button onClick={() => setFilters(NONE)}>Show all requests</Button>}
                </Empty>
              )}
              {rows.length > 0 && (
                <Table
                  caption="Requests, the last one first" rows={rows} idOf={({ id }) => id} to={({ id }) => `/live/${id}`}
                  columns={[
                    { head: "when", cell: ({ received_at_ms }) => moment(received_at_ms) },
                    { head: "ended", cell: (row) => <>{OUTCOMES[row.outcome]} <span className="soft">{row.status}</span></> },
                    { head: "variant", cell: (row) => <>{row.variant ?? "nobody"} {row.unproven && <Tag>unproven</Tag>} {row.simulated && <Simulated />} {row.erased && <Tag>erased</Tag>}</> },
                    { head: "attempts", isNumber: true, cell: ({ n_attempts }) => n_attempts },
                    { head: "time", isNumber: true, cell: ({ latency_ms }) => milliseconds(latency_ms) },
                    { head: "cost", isNumber: true, cell: ({ cost_usd }) => (cost_usd === null ? "unknown" : usd(cost_usd)) },
                  ]}
                />
              )}
              {more && <p className={css.more}><Button onClick={more} isBusy={requests.isFetchingNextPage}>Show more</Button></p>}
            </Section>
          );
        }}
      </Reading>
    </>
  );
}

/** Waits for a pause in typing before it asks. */
function Typed({ label, name }: { label: string; name: "text" | "user" }) {
  const [filters, setFilters] = useFilters();
  const kept = filters[name] ?? "";
  const [typed, setTyped] = useState(kept);
  useEffect(() => setTyped(kept), [kept]);
  useEffect(() => {
    if (typed === kept) return;
    const wait = setTimeout(() => setFilters({ [name]: typed || undefined }), 250);
    return () => clearTimeout(wait);
  }, [typed, kept, name, setFilters]);
  return <Input label={label} type={name === "text" ? "search" : "text"} value={typed} onChange={(event) => setTyped(event.target.value)} />;
}
