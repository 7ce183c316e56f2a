// One case: what goes in, what is desired, and where it came from.
import type { CaseRow } from "../../../api/contract.ts";
import { useOperation } from "../../../api/use.ts";
import { Button } from "../../../parts/Button.tsx";
import { Dialog } from "../../../parts/Dialog.tsx";
import { Reading } from "../../../parts/Reading.tsx";
import { Tag } from "../../../parts/Tag.tsx";
import { Value } from "../../../parts/Value.tsx";
import { fieldsOf } from "../../../parts/value.ts";
import { splitWord } from "../says.ts";
import css from "./CaseDialog.module.css";
import type { Pages } from "./pages.ts";

interface Props {
  dataset: string;
  id: string;
  pages: Pages;
  isRevealed: boolean;
  onReveal: (() => void) | undefined;
  onOpen: (id: string | undefined) => void;
}

export function CaseDialog({ dataset, id, pages, isRevealed, onReveal, onOpen }: Props) {
  const known = [...pages.rows.values()].flat().find((row) => row.id === id);
  const isHidden = known?.input === null;
  // A link leads to a case that no page on the screen holds.
  const found = useOperation("datasets.cases", { dataset, field: "id", value: id, limit: 1, ...(isRevealed && { reveal_held_out: true }) }, { when: known === undefined, keep: false });
  return (
    <Dialog title={`Case ${id}`} onClose={() => onOpen(undefined)}>
      {known ? <Shown row={known} onReveal={isHidden ? onReveal : undefined} /> : (
        <Reading query={found}>
          {({ cases }) => {
            const row = cases.find((each) => each.id === id);
            return row ? <Shown row={row} onReveal={row.input === null ? onReveal : undefined} /> : <p>No case of this dataset is called that. It may stand in another version.</p>;
          }}
        </Reading>
      )}
    </Dialog>
  );
}

function Shown({ row, onReveal }: { row: CaseRow; onReveal: (() => void) | undefined }) {
  const metadata = fieldsOf(row.metadata) ?? [];
  return (
    <div className={css.shown}>
      <p><Tag>{splitWord(row.split)}</Tag> {row.tags.map((tag) => <Tag key={tag}>{tag}</Tag>)}</p>
      {row.input === null
        ? (
          <div className={css.part}>
            <p>What is held out is not shown, so that nobody tunes towards it.</p>
            {onReveal && <Button onClick={onReveal}>Show it; the look is recorded</Button>}
          </div>
        )
        : (
          <>
            <div className={css.part}><h2>Input</h2><Value json={row.input} /></div>
            <div className={css.part} data-gold="true"><h2>Desired</h2>{row.expected === null ? <p className="soft">Nobody has said what is desired. A queue in Label asks people.</p> : <Value json={row.expected} />}</div>
          </>
        )}
      {metadata.length > 0 && <div className={css.part}><h2>Metadata</h2><Value json={row.metadata} /></div>}
      <div className={css.part}>
        <h2>Where it came from</h2>
        <p>{row.origin ?? "The file does not say."} <span className="soft">Row {row.position}.</span></p>
      </div>
    </div>
  );
}
