// A new bet: rows, what each column is, and what has to be written down before any outcome is shown.
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useMemo, useRef, useState } from "react";
import type { CreatedBet } from "../../api/contract.ts";
import { sessionQuery } from "../../api/session.ts";
import { useWrite } from "../../api/use.ts";
import { useKeys } from "../../keys/use.ts";
import { Button } from "../../parts/Button.tsx";
import { isDialogOpen } from "../../parts/Dialog.tsx";
import { PageHead, Section } from "../../parts/Page.tsx";
import { ProblemShown } from "../../parts/Problem.tsx";
import { plural } from "../../says/number.ts";
import { stillFit } from "./columns.ts";
import { dayAfter, emptyDraft, missing, toCreate } from "./draft.ts";
import { useKept } from "./kept.ts";
import css from "./NewBet.module.css";
import { Pasted } from "./Pasted.tsx";
import { usePreview } from "./preview.ts";
import { Rows } from "./Rows.tsx";
import { Written } from "./Written.tsx";

export function NewBet({ onCreated }: { onCreated: (created: CreatedBet) => void }) {
  const [draft, change, forget] = useKept("karat.bet", () => emptyDraft(new Date()));
  const client = useQueryClient();
  const [isAsked, setAsked] = useState(false);
  const [isWaiting, setWaiting] = useState(false);
  const room = useRef<HTMLDivElement>(null);
  const hasRows = useMemo(() => draft.text.trim() !== "", [draft.text]);
  const query = usePreview(draft);
  const preview = hasRows ? query.data : undefined;
  const create = useWrite("bets.create", ["bets.list", "today.show", "datasets.list"]);
  const open = missing(draft, preview, dayAfter(new Date(), 0));
  const focus = (field: string) => room.current?.querySelector<HTMLElement>(`[data-field="${field}"] :is(textarea, input, select, button)`)?.focus();

  // Once pasted rows are read, writing goes on where the first thing is open.
  const goesOn = useRef(false);
  useEffect(() => {
    if (!goesOn.current || !preview || query.isPlaceholderData || preview.n_rows === 0) return;
    goesOn.current = false;
    focus(open.find(({ field }) => field !== "rows")?.field ?? "hypothesis");
  });

  const lock = () => {
    const first = open[0];
    setAsked(first !== undefined);
    if (first) return focus(first.field);
    // What was changed just now is still being read; it goes on by itself.
    setWaiting(query.isPlaceholderData);
    if (!preview || query.isPlaceholderData) return;
    create.mutate(toCreate(draft, preview), { onSuccess: (created) => {
        forget();
        // The first bet of a folder makes its project.
        void client.invalidateQueries({ queryKey: sessionQuery.queryKey });
        onCreated(created);
      } });
  };
  useEffect(() => {
    if (isWaiting && !query.isPlaceholderData) lock();
  });
  useKeys({
    "bet.do": () => {
      if (isDialogOpen()) return false;
      if (!create.isPending) lock();
    },
    "bet.rows": () => focus("rows"),
  });

  return (
    <div ref={room}>
      <PageHead title="New bet" says="Rows in, a verdict out. What counts is written down first." />
      <div data-field="rows">
        <Section title="1 · Rows">
          <Rows
            text={draft.text} fileName={draft.file_name} preview={preview}
            onText={(text, file_name, isWhole) => {
              change({ text, file_name, columns: stillFit(draft.columns, preview?.names ?? []) && !isWhole ? draft.columns : null });
              goesOn.current = isWhole && text.trim() !== "";
            }}
          />
          {query.error && hasRows ? <ProblemShown thrown={query.error} /> : null}
        </Section>
      </div>
      {preview && preview.n_rows > 0 && (
        <>
          <div data-field="columns">
            <Section title="2 · What each column is" aside={`${plural(preview.n_rows, "row")}; the first ${preview.sample.length} are shown`}>
              <Pasted preview={preview} onColumns={(columns) => change({ columns })} />
            </Section>
          </div>
          <Section title="3 · Written down before any outcome is shown" aside="answers are not compared before you lock this in">
            <Written draft={draft} preview={preview} wrong={isAsked ? open : []} change={change} />
          </Section>
          <div className={css.lock}>
            <Button kind="loud" isBusy={create.isPending} onClick={lock}>Lock this in and see the verdict</Button>
            <p className="soft" role="status">
              {open.length === 0
                ? "A later change of the floor shows as an amendment."
                : `Still open: ${open.map(({ says }) => says).join("; ")}.`}
            </p>
          </div>
          {create.error && <ProblemShown thrown={create.error} />}
        </>
      )}
    </div>
  );
}
