// Cases that came, went or changed between two versions.
import type { CaseRow, DatasetDiff } from "../../../api/contract.ts";
import { useState } from "react";
import { useMay } from "../../../api/session.ts";
import { useOperation } from "../../../api/use.ts";
import { Button } from "../../../parts/Button.tsx";
import { Behind } from "../../../parts/Behind.tsx";
import { Card } from "../../../parts/Page.tsx";
import { Reading } from "../../../parts/Reading.tsx";
import { Table } from "../../../parts/Table.tsx";
import { Value } from "../../../parts/Value.tsx";
import { count, plural } from "../../../says/number.ts";
import { splitWord } from "../says.ts";
import css from "./Difference.module.css";
import { differences } from "./fields.ts";
import { asSentence } from "../../../says/sentence.ts";

export function Difference({ dataset, from, to }: { dataset: string; from: string; to: string }) {
  const [isRevealed, setRevealed] = useState(false);
  const mayReveal = useMay("editor");
  const diff = useOperation("datasets.diff", { dataset, from, to, ...(isRevealed && { reveal_held_out: true }) }, { when: from !== to });
  if (from === to) return <p className={css.says}>Both are the same version.</p>;
  return (
    <Reading query={diff}>
      {(shown) => (
        <>
          <Shown diff={shown} />
          {shown.hidden && <p className={css.hidden}><span>{asSentence(shown.hidden)}</span>{mayReveal && <Button onClick={() => setRevealed(true)}>Show them; the look is recorded</Button>}</p>}
        </>
      )}
    </Reading>
  );
}

function Shown({ diff }: { diff: DatasetDiff }) {
  const { n_added, n_removed, n_changed, n_same } = diff;
  return (
    <div className={css.shown}>
      <p className={css.says}><b>{count(n_added)}</b> added · <b>{count(n_removed)}</b> removed · <b>{count(n_changed)}</b> changed · {count(n_same)} the same</p>
      {diff.changed.length > 0 && (
        <Part word="Changed" n={n_changed} shown={diff.changed.length}>
          <ul className={css.changes}>{diff.changed.map(({ before, after }) => <Change key={after.id} before={before} after={after} />)}</ul>
        </Part>
      )}
      {diff.added.length > 0 && <Part word="Added" n={n_added} shown={diff.added.length}><Rows caption="Added cases" rows={diff.added} /></Part>}
      {diff.removed.length > 0 && <Part word="Removed" n={n_removed} shown={diff.removed.length}><Rows caption="Removed cases" rows={diff.removed} /></Part>}
    </div>
  );
}

function Part({ word, n, shown, children }: { word: string; n: number; shown: number; children: React.ReactNode }) {
  return <Behind isOpen says={`${word}: ${plural(n, "case")}${shown < n ? `, the first ${count(shown)}` : ""}`}>{children}</Behind>;
}

function Change({ before, after }: { before: CaseRow; after: CaseRow }) {
  const fields = differences(before, after);
  return (
    <li>
      <Card>
        <h3 className={css.id}>{after.id}</h3>
        {fields.length === 0 && <p className="soft">What is held out is not shown; it differs.</p>}
        <dl className={css.fields}>
          {fields.map(({ field, before: was, after: is }) => (
            <div key={field}>
              <dt>{field}</dt>
              <dd>
                <del><span className="hidden-but-read">before: </span>{was || "nothing"}</del>
                <ins><span className="hidden-but-read">after: </span>{is || "nothing"}</ins>
              </dd>
            </div>
          ))}
        </dl>
      </Card>
    </li>
  );
}

function Rows({ caption, rows }: { caption: string; rows: readonly CaseRow[] }) {
  return (
    <Table
      caption={caption} rows={rows} idOf={({ id }) => id}
      columns={[
        { head: "id", cell: ({ id }) => <code>{id}</code> },
        { head: "input", isWide: true, cell: ({ input }) => (input === null ? <span className="soft">held out</span> : <Value json={input} isShort />) },
        { head: "desired", cell: ({ input, expected }) => (input === null ? <span className="soft">held out</span> : <Value json={expected} isShort />) },
        { head: "split", cell: ({ split }) => splitWord(split) },
        { head: "came from", cell: ({ origin }) => origin ?? <span className="soft">the file</span> },
      ]}
    />
  );
}
