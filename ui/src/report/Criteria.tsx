// Criteria against what was measured: floor, interval, n, verdict, and what would turn it round.
import type { ReactNode } from "react";
import type { CriterionVerdict } from "../api/contract.ts";
import { Interval } from "../parts/Interval.tsx";
import { MeasuredText } from "../parts/MeasuredText.tsx";
import { Table } from "../parts/Table.tsx";
import { VerdictMark } from "../parts/VerdictMark.tsx";
import { flips, nameOf, promise, remarks } from "../says/criterion.ts";
import { isLimit, measuredOf, plural } from "../says/number.ts";
import css from "./Criteria.module.css";

interface Props {
  caption: string;
  criteria: readonly CriterionVerdict[];
  /** What can be done about one, for example change its floor. */
  action?: (criterion: CriterionVerdict) => ReactNode;
}

export function Criteria({ caption, criteria, action }: Props) {
  return (
    <div className={css.criteria} data-action={action !== undefined}>
      <Table
        caption={caption} rows={criteria} idOf={nameOf}
        columns={[
          { head: "criterion", cell: (criterion) => <Demand criterion={criterion} /> },
          { head: "verdict", cell: ({ verdict }) => <VerdictMark verdict={verdict} /> },
          { head: "measured", cell: (criterion) => <Measured criterion={criterion} /> },
          { head: "what would flip it", cell: (criterion) => <Flip criterion={criterion} /> },
          ...(action ? [{ head: "change", isHeadHidden: true, cell: action }] : []),
        ]}
      />
    </div>
  );
}

function Demand({ criterion }: { criterion: CriterionVerdict }) {
  return (
    <>
      <b>{nameOf(criterion)}</b>
      <span className={css.demand}>{criterion.demand}</span>
    </>
  );
}

function Measured({ criterion }: { criterion: CriterionVerdict }) {
  const measured = measuredOf(criterion);
  const isCount = measured.unit === "count";
  const promised = promise(criterion);
  return (
    <div className={css.measured}>
      {!isCount && criterion.estimate !== null && (
        <Interval measured={measured} verdict={criterion.verdict} bound={isLimit(criterion) ? "limit" : measured.unit === "gain" ? "to beat" : "floor"} />
      )}
      <small>
        {isCount && criterion.estimate !== null
          ? <>{plural(criterion.estimate, "failure")} <span className="soft">· n {criterion.n}, {plural(criterion.n_trials, "trial")}</span></>
          : <MeasuredText measured={criterion.estimate === null && criterion.lower === null ? null : measured} />}
        {promised && <span className={css.promise}>{promised}</span>}
      </small>
    </div>
  );
}

function Flip({ criterion }: { criterion: CriterionVerdict }) {
  const said = remarks(criterion).filter((remark) => remark !== flips(criterion));
  return (
    <div className={css.flip}>
      <span>{flips(criterion)}</span>
      {said.map((remark) => <small key={remark}>{remark}</small>)}
    </div>
  );
}
