// One row; drawn again only when what it shows changes.
import { memo } from "react";
import type { CaseRow } from "../../../api/contract.ts";
import { textOf } from "../../../parts/value.ts";
import { count } from "../../../says/number.ts";
import css from "./Grid.module.css";

interface Props {
  id: string;
  index: number;
  start: number;
  row: CaseRow | undefined;
  isAt: boolean;
  onOpen: (id: string) => void;
  onAt: (index: number) => void;
}

/** More letters than fit on any line only slow the browser down. */
const MOST_LETTERS = 240;

export const GridRow = memo(function GridRow({ id, index, start, row, isAt, onOpen, onAt }: Props) {
  const isHidden = row !== undefined && row.input === null;
  return (
    <div
      id={id} role="row" aria-rowindex={index + 2} aria-selected={isAt} className={css.row} data-at={isAt} style={{ transform: `translateY(${start}px)` }}
      onClick={() => { onAt(index); if (row) onOpen(row.id); }}
    >
      <span role="gridcell" className={css.position}>{count(row?.position ?? index + 1)}</span>
      <span role="gridcell" className={css.id}>{row?.id ?? ""}</span>
      <span role="gridcell" className={css.input}>
        {row === undefined && <span className="soft">reading</span>}
        {isHidden && <span className="soft">held out</span>}
        {row && !isHidden && textOf(row.input).slice(0, MOST_LETTERS)}
      </span>
      <span role="gridcell" className={css.expected}>{row && !isHidden && (row.expected === null ? <span className="soft">none</span> : textOf(row.expected).slice(0, 80))}</span>
      <span role="gridcell" className={css.tags}>{row && [...(row.split === "gate" ? ["held out"] : []), ...row.tags].join(" · ")}</span>
    </div>
  );
});
