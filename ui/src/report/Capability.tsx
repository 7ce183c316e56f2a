// How each variant does on each tag and segment; a cell leads to its answers.
import type { MapCell, MapRow, Report } from "../api/contract.ts";
import { oneOf, useFilters } from "../app/place.ts";
import { address } from "../app/search.ts";
import { Choice } from "../parts/Field.tsx";
import { Go } from "../parts/Go.tsx";
import { Interval } from "../parts/Interval.tsx";
import { Table } from "../parts/Table.tsx";
import { group } from "../says/criterion.ts";
import { count, interval, rate } from "../says/number.ts";
import css from "./Capability.module.css";
import { groupFilter, variantOf } from "./metric.ts";

const ORDERS = ["kind", "weakest", "largest"] as const;

export function Capability({ report }: { report: Report }) {
  const [filters, setFilters] = useFilters();
  const order = oneOf(ORDERS, filters.map) ?? "kind";
  const about = variantOf(report);
  const names = report.variants.map(({ name }) => name);
  const rows = sorted(report.capability, order, about?.name);
  return (
    <div className={css.map}>
      <div className={css.order}>
        <Choice
          label="Order of the groups" isLabelHidden value={order} onChange={(event) => setFilters({ map: event.target.value === "kind" ? undefined : event.target.value })}
          options={[["kind", "by kind"], ["weakest", `weakest of ${about?.name ?? "the first"} first`], ["largest", "most cases first"]]}
        />
      </div>
      <Table
        caption={`${report.primary_metric ?? "Score"} of each variant on each group of cases`} rows={rows} idOf={(row) => row.group} isFolding={false}
        columns={[
          { head: "group", cell: (row) => <span className={css.group}>{group(row.group)} <small className="soft">n {count(Math.max(...row.cells.map(({ n }) => n), 0))}</small></span> },
          ...names.map((name) => ({
            head: name,
            cell: (row: MapRow) => {
              const cell = row.cells.find(({ variant }) => variant === name);
              return cell && <Cell cell={cell} to={address(`/evals/${report.run_id}/answers`, { variant: name, ...groupFilter(row.group) })} row={row} metric={report.primary_metric ?? "score"} />;
            },
          })),
        ]}
      />
    </div>
  );
}

function Cell({ cell, to, row, metric }: { cell: MapCell; to: string; row: MapRow; metric: string }) {
  if (cell.mean === null) return <span className="soft">no case</span>;
  const measured = { metric, estimate: cell.mean, lower: cell.lower, upper: cell.upper, floor: null, n: cell.n, unit: "rate" as const, demand: null };
  return (
    <Go to={to} className={css.cell} data-weak={cell.mean < 0.7} aria-label={`${cell.variant} on ${group(row.group)}: ${rate(cell.mean)} ${interval("rate", cell)}, n ${cell.n}`}>
      <Interval measured={measured} domain={[0, 1]} isBare />
      <small><b>{rate(cell.mean)}</b> <span className="soft">{interval("rate", cell)}</span></small>
    </Go>
  );
}

function sorted(rows: readonly MapRow[], order: (typeof ORDERS)[number], variant: string | undefined): MapRow[] {
  const cellOf = (row: MapRow) => row.cells.find((cell) => cell.variant === variant) ?? row.cells[0];
  const by = (value: (row: MapRow) => number) => [...rows].sort((first, second) => value(first) - value(second));
  if (order === "weakest") return by((row) => cellOf(row)?.mean ?? 2);
  if (order === "largest") return by((row) => -(cellOf(row)?.n ?? 0));
  return [...rows];
}
