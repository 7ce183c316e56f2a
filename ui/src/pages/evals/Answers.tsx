// Single answers of a run: what was asked, what came, what was wanted, and why it was scored so.
import { useRef, useState } from "react";
import { useOperation, usePages } from "../../api/use.ts";
import { oneOf, useFilters, useParam } from "../../app/place.ts";
import { useKeys } from "../../keys/use.ts";
import { Button, GoButton } from "../../parts/Button.tsx";
import { Empty } from "../../parts/Empty.tsx";
import { useListKeys } from "../../parts/listKeys.ts";
import { PageHead, Section } from "../../parts/Page.tsx";
import { Reading } from "../../parts/Reading.tsx";
import { Reveal } from "../../parts/Reveal.tsx";
import { plural } from "../../says/number.ts";
import { moment } from "../../says/time.ts";
import { AnswerFilters, SORTS } from "./AnswerFilters.tsx";
import { AnswerShown } from "./AnswerShown.tsx";
import css from "./Answers.module.css";
import { RunTabs, runTitle } from "./RunTabs.tsx";

export default function Answers() {
  const run = useParam("run");
  const [filters] = useFilters();
  const [revealed, setRevealed] = useState("");
  const isRevealed = revealed === run;
  const shown = useOperation("runs.show", { run });
  const answers = usePages("runs.answers", {
    run, variant: filters.variant, failed: filters.failed === "yes" || undefined, tag: filters.tag, field: filters.field, value: filters.value,
    text: filters.text, sort: oneOf(SORTS, filters.sort), limit: 25, reveal_held_out: isRevealed || undefined,
  });
  const list = useRef<HTMLOListElement>(null);
  const search = useRef<HTMLDivElement>(null);
  useListKeys(list);
  useKeys({
    "evals.more": answers.hasNextPage ? () => void answers.fetchNextPage() : undefined,
    "evals.search": () => search.current?.querySelector<HTMLInputElement>("input[type=search]")?.focus(),
  });
  const summary = shown.data?.summary;
  return (
    <>
      <PageHead title={summary ? runTitle(summary) : "Answers"} says={summary && moment(summary.started_at_ms)} />
      <RunTabs run={run} feature={summary?.feature} />
      <div ref={search}>{shown.data && <AnswerFilters shown={shown.data} />}</div>
      <Reading query={{ ...answers, data: answers.data?.pages }}>
        {(pages) => {
          const head = pages[0];
          if (!head) return null;
          const rows = pages.flatMap((page) => page.cases);
          const primary = head.metric ?? head.scorers[0] ?? null;
          return (
            <Section title={head.n === 0 && head.n_hidden > 0 ? "Answers" : `${plural(head.n, "answered case")}${head.is_held_out ? ", held out" : ""}`}>
              {(head.n_hidden > 0 || (head.is_held_out && isRevealed)) && <Reveal isRevealed={isRevealed} onReveal={() => setRevealed(run)} n={head.n_hidden} />}
              {head.n === 0 && head.n_hidden === 0 && <Empty says="No answer fits these filters."><GoButton to={`/evals/${run}/answers`}>Show all answers</GoButton></Empty>}
              {rows.length > 0 && (
                <ol ref={list} className={css.answers}>
                  {rows.map((row) => <AnswerShown key={`${row.variant} ${row.case_id}`} row={row} primary={primary} />)}
                </ol>
              )}
              {answers.hasNextPage && <p className={css.more}><Button onClick={() => void answers.fetchNextPage()} isBusy={answers.isFetchingNextPage}>Show more</Button></p>}
            </Section>
          );
        }}
      </Reading>
    </>
  );
}
