// Whether the cases can carry a judgement: each check as a sentence, with its n and what to do about it.
import type { HealthCheck } from "../../../api/contract.ts";
import { useOperation } from "../../../api/use.ts";
import { useParam } from "../../../app/place.ts";
import { Behind } from "../../../parts/Behind.tsx";
import { Go } from "../../../parts/Go.tsx";
import { Reading } from "../../../parts/Reading.tsx";
import { Table } from "../../../parts/Table.tsx";
import { count } from "../../../says/number.ts";
import { DatasetHead } from "../DatasetHead.tsx";
import { casesPath, shortVersion } from "../says.ts";
import { Coverage } from "./Coverage.tsx";
import css from "./Health.module.css";
import { State } from "./State.tsx";

const KINDS: Record<HealthCheck["kind"], string> = {
  duplicates: "Duplicates", "near-duplicates": "Near duplicates", leakage: "Leakage", coverage: "Coverage",
  "personal-data": "Personal data", staleness: "Age", conflicts: "Conflicts",
};
const ORDER: readonly HealthCheck["state"][] = ["mend", "look", "fine"];

export default function Health() {
  const name = useParam("dataset");
  const health = useOperation("datasets.health", { dataset: name });
  return (
    <>
      <DatasetHead name={name} here="health" />
      <Reading query={health}>
        {({ checks, n, version, says }) => (
          <>
            <p className={css.says}>{says}</p>
            <p className={css.about}>{count(n)} cases looked at · version <code>{shortVersion(version)}</code></p>
            <ul className={css.checks}>
              {[...checks].sort((first, second) => ORDER.indexOf(first.state) - ORDER.indexOf(second.state)).map((check) => <Check key={check.kind} dataset={name} check={check} />)}
            </ul>
          </>
        )}
      </Reading>
    </>
  );
}

const MOST = 12;

function Check({ dataset, check }: { dataset: string; check: HealthCheck }) {
  const { kind, state, says, n, of, cases, rows, next } = check;
  return (
    <li className={css.check}>
      <div className={css.state}>
        <State state={state} />
        <p className="soft tiny">{KINDS[kind]}</p>
      </div>
      <div className={css.body}>
        <p>{says} <span className="soft tiny">{count(n)} of {count(of)}</span></p>
        {next && <p className="tiny"><b>Next:</b> {next}</p>}
        {cases.length > 0 && (
          <p className={css.cases}>
            {cases.slice(0, MOST).map((id) => <Go key={id} to={casesPath(dataset, "", { case: id })}><code>{id}</code></Go>)}
            {cases.length > MOST && <span className="soft">and {cases.length - MOST} more</span>}
          </p>
        )}
        {rows.length > 0 && (kind === "coverage" ? <Coverage rows={rows} /> : (
          <Behind says="as a table">
            <Table
              caption={KINDS[kind]} rows={rows} idOf={({ label }) => label}
              columns={[
                { head: "what", cell: ({ label }) => label },
                { head: "cases", isNumber: true, cell: (row) => `${count(row.n)} of ${count(row.of)}` },
                { head: "note", cell: ({ note }) => note ?? "" },
              ]}
            />
          </Behind>
        ))}
      </div>
    </li>
  );
}
