// Holds what is chosen, what is drafted and what was played, and hands each part what it needs.
import { useMemo, useRef, useState } from "react";
import type { PlayStart } from "../../api/contract.ts";
import { useMay } from "../../api/session.ts";
import { useFilters } from "../../app/place.ts";
import { useKeys } from "../../keys/use.ts";
import { isDialogOpen } from "../../parts/Dialog.tsx";
import { Section } from "../../parts/Page.tsx";
import { ProblemShown } from "../../parts/Problem.tsx";
import { Candidate } from "./Candidate.tsx";
import { choose, column, nextRepeats, toggled, written } from "./choice.ts";
import { Choosing } from "./Choosing.tsx";
import { Feasible } from "./Feasible.tsx";
import { Grid } from "./Grid.tsx";
import { Inputs } from "./Inputs.tsx";
import { useKept } from "./kept.ts";
import { Prompt } from "./Prompt.tsx";
import { Prototypes } from "./Prototypes.tsx";
import { Publish } from "./Publish.tsx";
import { usePlaying } from "./running.ts";
import { ownRow, refusal, type Row } from "./wishes.ts";

type Open = { what: "inputs" } | { what: "publish"; variant: string } | { what: "candidate"; row: Row };

export function Playground({ start }: { start: PlayStart }) {
  const [filters, setFilters] = useFilters();
  const { variants: named, repeats: asked, inputs, cases, find, tag, cap } = filters;
  const choice = useMemo(() => choose(start, { variants: named, repeats: asked, inputs, cases, find, tag, cap }), [start, named, asked, inputs, cases, find, tag, cap]);
  const { drafts, own, setDraft, setOwn } = useKept(start.feature);
  const { played, run, halt, saved } = usePlaying();
  const [open, setOpen] = useState<Open | null>(null);
  const lastRow = useRef<string | null>(null);
  const mayEdit = useMay("editor");
  const mayLabel = useMay("labeller");

  const { columns, repeats } = choice;
  const rows = useMemo((): Row[] => [
    ...own.map(ownRow),
    ...choice.cases.map((each) => ({ key: each.case_id, ...each })),
  ], [own, choice.cases]);
  const withPrompt = start.variants.filter(({ has_prompt }) => has_prompt);
  const edited = withPrompt.find(({ name }) => name === filters.prompt) ?? null;

  const play = (more = choice) => {
    if (refusal(rows.length, more.columns.length) === null) void run({ feature: start.feature, rows, choice: more, drafts });
  };
  /** A draft that is being edited is run too, beside what is saved. */
  const playWithDraft = () => {
    const draft = edited && drafts[edited.name] ? column(edited.name, true) : null;
    if (!draft || columns.some(({ key }) => key === draft.key)) return play();
    const variants = written([...columns.filter(({ name }) => name !== draft.name), column(draft.name), draft]);
    setFilters({ variants });
    play(choose(start, { variants, repeats: asked, inputs, cases, find, tag, cap }));
  };
  const rowInHand = () => {
    const focused = document.activeElement?.closest<HTMLElement>("[data-play]")?.dataset.play ?? lastRow.current;
    return rows.find(({ key }) => key === focused) ?? rows[0];
  };
  const publishable = columns.find(({ isDraft, name }) => !isDraft && start.variants.some((each) => each.name === name && each.can_run_new && !each.is_baseline))
    ?? columns.find(({ isDraft }) => !isDraft);
  const candidate = (row = rowInHand()) => { if (row) setOpen({ what: "candidate", row }); };
  const publish = () => setOpen({ what: "publish", variant: publishable?.name ?? start.variants[0]?.name ?? "" });

  useKeys({
    "play.run": () => (isDialogOpen() ? false : playWithDraft()),
    "play.repeats": () => setFilters({ repeats: String(nextRepeats(repeats)) }),
    "play.inputs": () => setOpen({ what: "inputs" }),
    "play.prompt": withPrompt[0] ? () => setFilters({ prompt: edited ? undefined : withPrompt[0]?.name }) : undefined,
    "play.candidate": mayLabel ? () => candidate() : undefined,
    "play.publish": mayEdit ? publish : undefined,
  });

  return (
    <>
      <Choosing
        start={start} choice={choice} drafts={drafts} nOwn={own.length} played={played}
        onColumn={(one) => setFilters({ variants: toggled(columns, one) })}
        onRepeats={(n) => setFilters({ repeats: String(n) })} onCap={(cap_usd) => setFilters({ cap: cap_usd })}
        onInputs={() => setOpen({ what: "inputs" })} onRun={playWithDraft} onStop={halt}
      />
      {played.thrown ? <ProblemShown thrown={played.thrown} again={() => play()} /> : null}
      {edited && (
        <Prompt
          key={edited.name} feature={start.feature} variant={edited} variants={withPrompt} models={start.models} fields={start.input_fields}
          draft={drafts[edited.name] ?? null} mayEdit={mayEdit} onDraft={(draft) => setDraft(edited.name, draft)} onRun={playWithDraft}
          onSaved={(text) => {
            saved(edited.name, text);
            if (text !== null) setFilters({ variants: written([...columns.filter(({ name }) => name !== edited.name), column(edited.name)]) });
          }}
        />
      )}
      <Feasible start={start} columns={columns} played={played} />
      <Section title="Answers" aside={start.answers_hidden}>
        <div onFocus={(event) => { lastRow.current = event.target.closest<HTMLElement>("[data-play]")?.dataset.play ?? lastRow.current; }}>
          <Grid
            start={start} rows={rows} columns={columns} played={played} drafts={drafts} mayLabel={mayLabel}
            onCandidate={candidate} onInputs={() => setOpen({ what: "inputs" })}
            onPrompt={(name) => setFilters({ prompt: name })}
          />
        </div>
      </Section>
      <Prototypes feature={start.feature} mayEdit={mayEdit} onPublish={publish} />
      {open?.what === "inputs" && <Inputs start={start} choice={choice} own={own} onOwn={setOwn} onClose={() => setOpen(null)} />}
      {open?.what === "publish" && <Publish start={start} variant={open.variant} onClose={() => setOpen(null)} />}
      {open?.what === "candidate" && <Candidate start={start} row={open.row} onClose={() => setOpen(null)} />}
    </>
  );
}
