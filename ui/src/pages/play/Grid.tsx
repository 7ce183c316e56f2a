// Inputs down, variants across. Each cell folds equal answers; a row opens to show them all.
import { useCallback, useRef, useState } from "react";
import type { PlayStart } from "../../api/contract.ts";
import { Button } from "../../parts/Button.tsx";
import { Empty } from "../../parts/Empty.tsx";
import { useListKeys } from "../../parts/listKeys.ts";
import { Simulated, Tag } from "../../parts/Tag.tsx";
import { isSimulated } from "./cells.ts";
import type { Column } from "./choice.ts";
import type { Draft } from "./draft.ts";
import css from "./Grid.module.css";
import { GridRow } from "./GridRow.tsx";
import type { Played } from "./running.ts";
import type { Row } from "./wishes.ts";

interface Props {
  start: PlayStart;
  rows: readonly Row[];
  columns: readonly Column[];
  played: Played;
  drafts: Readonly<Record<string, Draft>>;
  mayLabel: boolean;
  onCandidate: (row: Row) => void;
  onInputs: () => void;
  onPrompt: (variant: string) => void;
}

export function Grid({ start, rows, columns, played, drafts, mayLabel, onCandidate, onInputs, onPrompt }: Props) {
  const room = useRef<HTMLDivElement>(null);
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  useListKeys(room, rows.length > 0);
  const toggle = useCallback((key: string) => setOpen((now) => {
    const next = new Set(now);
    if (!next.delete(key)) next.add(key);
    return next;
  }), []);
  const candidate = useRef(onCandidate);
  candidate.current = onCandidate;
  const propose = useCallback((row: Row) => candidate.current(row), []);
  if (rows.length === 0) {
    return (
      <Empty says={start.inputs.length === 0 ? "No case of this feature may be seen here. Write an input of your own." : "No input fits what you look for."}>
        <Button onClick={onInputs}>Choose inputs</Button>
      </Empty>
    );
  }
  if (columns.length === 0) return <Empty says="No variant is chosen. Choose one above, and the rules beside it." />;
  return (
    <div ref={room} className={css.room} role="region" aria-label="Answers by input and variant" tabIndex={0}>
      <table className={css.grid}>
        <caption className="hidden-but-read">Answers by input and variant</caption>
        <thead>
          <tr>
            <th scope="col" className={css.first}>input</th>
            {columns.map((column) => {
              const variant = start.variants.find(({ name }) => name === column.name);
              const ran = played.prompts.get(column.key);
              return (
                <th key={column.key} scope="col">
                  <b>{column.name}</b> {column.isDraft && <Tag>draft</Tag>} {variant?.is_baseline && <Tag>baseline</Tag>} {(variant?.simulated || isSimulated(played.cells, column.key)) && <Simulated />}
                  <small>
                    {drafts[column.name]?.model && column.isDraft ? drafts[column.name]?.model : variant?.model ?? variant?.kind}
                    {variant?.has_prompt && !column.isDraft && <> · <button type="button" onClick={() => onPrompt(column.name)} aria-label={`prompt of ${column.name}`}>prompt</button></>}
                    {column.isDraft && ran !== undefined && ran !== drafts[column.name]?.text && " · answered an earlier draft"}
                  </small>
                </th>
              );
            })}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <GridRow
              key={row.key} row={row} columns={columns} cells={played.cells} isRunning={played.isRunning}
              isOpen={open.has(row.key)} mayLabel={mayLabel} onToggle={toggle} onCandidate={propose}
            />
          ))}
        </tbody>
      </table>
    </div>
  );
}
