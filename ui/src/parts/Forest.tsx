// Differences by group under each other: point, interval, and the line where nothing changed.
import { gain, interval, plural } from "../says/number.ts";
import { Behind } from "./Behind.tsx";
import css from "./Forest.module.css";
import { domainOf, percent } from "./scale.ts";
import { Table } from "./Table.tsx";

export interface ForestRow {
  label: string;
  n: number;
  difference: number;
  lower: number;
  upper: number;
  /** Set apart: the row over all cases. */
  isWhole?: boolean;
}

/** `worse` and `better` name the two sides. */
export function Forest({ caption, rows, worse, better }: { caption: string; rows: readonly ForestRow[]; worse: string; better: string }) {
  const domain = domainOf(rows.map((row) => ({ ...row, estimate: row.difference, floor: 0, unit: "gain" as const })));
  const at = (value: number) => `${percent(value, domain)}%`;
  return (
    <figure className={css.forest}>
      <div className={css.rows} role="img" aria-label={`${caption}: ${rows.map(inWords).join("; ")}`}>
        <div className={css.sides} aria-hidden="true"><span /><span><i>← {worse}</i><i>{better} →</i></span><span /></div>
        {rows.map((row) => (
          <div key={row.label} className={css.row} data-whole={row.isWhole} data-side={sideOf(row)}>
            <span>{row.label} <small className="soft">n {row.n}</small></span>
            <svg aria-hidden="true">
              <line className={css.zero} x1={at(0)} x2={at(0)} y1="0" y2="100%" />
              <line className={css.bar} x1={at(row.lower)} x2={at(row.upper)} y1="50%" y2="50%" />
              <circle className={css.point} cx={at(row.difference)} cy="50%" r={row.isWhole ? 5.5 : 4} />
            </svg>
            <span className={css.value}>{gain(row.difference)} <span className="soft">{interval("gain", row)}</span></span>
          </div>
        ))}
      </div>
      <figcaption>
        <Behind>
          <Table
            caption={caption} rows={rows} idOf={({ label }) => label}
            columns={[
              { head: "group", cell: ({ label }) => label },
              { head: "n", isNumber: true, cell: ({ n }) => n },
              { head: "difference", isNumber: true, cell: ({ difference }) => gain(difference) },
              { head: "interval", isNumber: true, cell: (row) => interval("gain", row) },
              { head: "in words", cell: (row) => ({ better, worse, close: "too close to call" })[sideOf(row)] },
            ]}
          />
        </Behind>
      </figcaption>
    </figure>
  );
}

export function sideOf({ lower, upper }: Pick<ForestRow, "lower" | "upper">): "better" | "worse" | "close" {
  if (lower > 0) return "better";
  return upper < 0 ? "worse" : "close";
}

function inWords(row: ForestRow): string {
  return `${row.label} ${gain(row.difference)} ${interval("gain", row)}, ${plural(row.n, "case")}`;
}
