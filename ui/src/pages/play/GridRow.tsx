// One input and what every variant made of it.
import { memo } from "react";
import type { PlayCell } from "../../api/contract.ts";
import { Button } from "../../parts/Button.tsx";
import { Tag } from "../../parts/Tag.tsx";
import { Value } from "../../parts/Value.tsx";
import { textOf } from "../../parts/value.ts";
import { Cell } from "./Cell.tsx";
import type { Column } from "./choice.ts";
import css from "./Grid.module.css";
import { cellKey } from "./cells.ts";
import type { Row } from "./wishes.ts";

interface Props {
  row: Row;
  columns: readonly Column[];
  cells: ReadonlyMap<string, PlayCell>;
  isRunning: boolean;
  isOpen: boolean;
  mayLabel: boolean;
  onToggle: (key: string) => void;
  onCandidate: (row: Row) => void;
}

export const GridRow = memo(function GridRow({ row, columns, cells, isRunning, isOpen, mayLabel, onToggle, onCandidate }: Props) {
  return (
    <tr data-play={row.key} data-open={isOpen}>
      <th scope="row" className={css.first}>
        <button type="button" data-row="" className={css.input} aria-expanded={isOpen} onClick={() => onToggle(row.key)}>
          <Value json={isOpen ? row.input : shortened(row.input)} isShort={!isOpen} />
        </button>
        <small>
          {row.expected === null ? <span className="soft">no desired answer</span> : <span>desired: <b>{textOf(row.expected)}</b></span>}
          {" "}{row.case_id === null && <Tag>yours</Tag>} {row.tags.map((tag) => <Tag key={tag}>{tag}</Tag>)}
        </small>
        {isOpen && (
          <span className={css.hands}>
            {row.case_id !== null && <small className="soft">{row.case_id}</small>}
            {mayLabel && <Button kind="quiet" onClick={() => onCandidate(row)}>Make a candidate case</Button>}
          </span>
        )}
      </th>
      {columns.map(({ key, name, isDraft }) => (
        <td key={key} data-head={isDraft ? `${name}, draft` : name}>
          <Cell cell={cells.get(cellKey(row.key, key))} isRunning={isRunning} isOpen={isOpen} />
        </td>
      ))}
    </tr>
  );
}, (before, now) =>
  before.row === now.row && before.columns === now.columns && before.isRunning === now.isRunning && before.isOpen === now.isOpen && before.mayLabel === now.mayLabel
  && now.columns.every(({ key }) => before.cells.get(cellKey(now.row.key, key)) === now.cells.get(cellKey(now.row.key, key))));

/** Several fields as one text; a folded row is a glance. */
function shortened(input: Row["input"]) {
  return Object.values(input).map(textOf).join(" · ");
}
