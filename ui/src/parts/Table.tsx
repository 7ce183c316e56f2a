// Rows under heads. On a narrow screen each row becomes a block whose cells carry their heads.
import { type ReactNode, useRef } from "react";
import { Go } from "./Go.tsx";
import { useListKeys } from "./listKeys.ts";
import css from "./Table.module.css";

export interface Column<R> {
  head: string;
  cell: (row: R) => ReactNode;
  /** Numbers stand to the right. */
  isNumber?: boolean;
  /** Takes what room there is. */
  isWide?: boolean;
  /** A head that only readers of screens need. */
  isHeadHidden?: boolean;
}

interface Props<R> {
  /** What the rows are; read aloud, and shown where `isCaptionShown`. */
  caption: string;
  isCaptionShown?: boolean;
  columns: readonly Column<R>[];
  rows: readonly R[];
  idOf: (row: R) => string;
  /** Where a row leads; its first cell becomes the link, and J, K and Enter move and open. */
  to?: (row: R) => string | undefined;
  /** False: stays a table on a narrow screen and scrolls sideways. */
  isFolding?: boolean;
  /** Stands inside a card that already has a border. */
  isPlain?: boolean;
}

export function Table<R>({ caption, isCaptionShown, columns, rows, idOf, to, isFolding = true, isPlain = false }: Props<R>) {
  const room = useRef<HTMLDivElement>(null);
  useListKeys(room, to !== undefined);
  return (
    <div ref={room} className={css.room} data-plain={isPlain} data-folding={isFolding} data-many={columns.length > 6} {...(isFolding ? {} : { role: "group", "aria-label": caption, tabIndex: 0 })}>
      <table className={css.table}>
        <caption className={isCaptionShown ? css.caption : "hidden-but-read"}>{caption}</caption>
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column.head} scope="col" data-number={column.isNumber} data-wide={column.isWide}>
                <span className={column.isHeadHidden ? "hidden-but-read" : undefined}>{column.head}</span>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => {
            const address = to?.(row);
            return (
              <tr key={idOf(row)} data-open={address !== undefined}>
                {columns.map((column, index) => (
                  <td key={column.head} data-number={column.isNumber} data-wide={column.isWide} data-head={column.isHeadHidden ? undefined : column.head}>
                    {index === 0 && address !== undefined
                      ? <Go to={address} className={css.link} data-row="">{column.cell(row)}</Go>
                      : <div>{column.cell(row)}</div>}
                  </td>
                ))}
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}
