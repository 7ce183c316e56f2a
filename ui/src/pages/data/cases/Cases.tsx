// The cases of a dataset: a table over any number of them, filters in the address, one case behind each row.
import { useCallback, useState } from "react";
import type { AskCases } from "../../../api/contract.ts";
import { useMay } from "../../../api/session.ts";
import { oneOf, useFilters, useParam } from "../../../app/place.ts";
import { Button } from "../../../parts/Button.tsx";
import { Empty } from "../../../parts/Empty.tsx";
import { ProblemShown } from "../../../parts/Problem.tsx";
import { DatasetHead, useDataset } from "../DatasetHead.tsx";
import css from "./Cases.module.css";
import { CaseDialog } from "./CaseDialog.tsx";
import { CaseFilters } from "./CaseFilters.tsx";
import { Grid } from "./Grid.tsx";
import { useCasePages } from "./useCasePages.ts";
import { asSentence } from "../../../says/sentence.ts";

export default function Cases() {
  const name = useParam("dataset");
  return <OneDataset key={name} name={name} />;
}

function OneDataset({ name }: { name: string }) {
  const dataset = useDataset(name);
  const [filters, setFilters] = useFilters();
  // Not in the address: whoever opens a link decides anew whether to look.
  const [isRevealed, setRevealed] = useState(false);
  const mayReveal = useMay("editor");
  const { tag, field, value, text } = filters;
  const split = oneOf(["tune", "gate"], filters.split);
  const sort = oneOf(["position", "id"], filters.sort);
  const input: Omit<AskCases, "cursor" | "limit"> = {
    dataset: name, ...(split && { split }), ...(tag && { tag }), ...(field && value && { field, value }), ...(text && { text }),
    ...(sort && { sort }), ...(filters.desc && { descending: true }), ...(isRevealed && { reveal_held_out: true }),
  };
  const { pages, head, isOld, thrown, want, again } = useCasePages(input);
  const open = useCallback((id: string | undefined) => setFilters({ case: id }, { push: id !== undefined }), [setFilters]);
  const isFiltered = Boolean(split || tag || (field && value) || text);
  return (
    <>
      <DatasetHead name={name} here="" />
      <CaseFilters dataset={dataset} filters={filters} onChange={setFilters} />
      {head?.hidden && (
        <div className={css.hidden}>
          <p>{asSentence(head.hidden)}</p>
          {mayReveal && <Button onClick={() => setRevealed(true)}>Show them; the look is recorded</Button>}
        </div>
      )}
      {isRevealed && <div className={css.hidden}><p>You see held-out cases. The look stands beside the gate with your name.</p><Button onClick={() => setRevealed(false)}>Hide them</Button></div>}
      {head?.note && <p role="status" className={css.partial}>{head.note}</p>}
      {thrown !== null && <ProblemShown thrown={thrown} again={again} />}
      {head && head.n === 0 && !isOld
        ? (
          <Empty says={isFiltered ? "No case is like that." : "This dataset has no case."}>
            {isFiltered && <Button kind="loud" onClick={() => setFilters({ split: undefined, tag: undefined, field: undefined, value: undefined, text: undefined })}>Show all cases</Button>}
          </Empty>
        )
        : <Grid name={name} pages={pages} isOld={isOld} sort={sort ?? "position"} isDescending={Boolean(filters.desc)} onSort={setFilters} onWant={want} onOpen={open} isFiltered={isFiltered} />}
      {filters.case && <CaseDialog dataset={name} id={filters.case} pages={pages} isRevealed={isRevealed} onReveal={mayReveal ? () => setRevealed(true) : undefined} onOpen={open} />}
    </>
  );
}
