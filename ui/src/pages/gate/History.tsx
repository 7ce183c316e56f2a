// The verdicts so far, oldest first: a strip to see, a table to check.
import type { GateShown } from "../../api/contract.ts";
import { Behind } from "../../parts/Behind.tsx";
import { Go } from "../../parts/Go.tsx";
import { MeasuredText } from "../../parts/MeasuredText.tsx";
import { Section } from "../../parts/Page.tsx";
import { domainOf, percent } from "../../parts/scale.ts";
import { Table } from "../../parts/Table.tsx";
import { Shape, VerdictMark } from "../../parts/VerdictMark.tsx";
import { amount, withInterval } from "../../says/number.ts";
import { day, moment } from "../../says/time.ts";
import css from "./History.module.css";

type Past = GateShown["history"][number];

export function History({ gate }: { gate: GateShown }) {
  const past = [...gate.history].sort((first, second) => first.at_ms - second.at_ms);
  const domain = domainOf(past.flatMap(({ measured }) => measured ?? []));
  return (
    <Section title="Verdicts so far">
      <ol className={css.strip}>
        {past.map((each) => <Column key={each.run_id} past={each} domain={domain} />)}
      </ol>
      <Behind>
        <Table
          caption="Verdicts so far" rows={past} idOf={({ run_id }) => run_id} to={({ run_id }) => `/evals/${run_id}`}
          columns={[
            { head: "judged", cell: ({ at_ms }) => moment(at_ms) },
            { head: "verdict", cell: ({ verdict }) => <VerdictMark verdict={verdict} /> },
            { head: "variant", cell: ({ variant }) => variant ?? "–" },
            { head: "measured", cell: ({ measured }) => <MeasuredText measured={measured} /> },
            { head: "floor", isNumber: true, cell: ({ measured }) => (measured?.floor == null ? "–" : amount(measured.unit, measured.floor)) },
            { head: "cases", isNumber: true, cell: ({ n_cases }) => n_cases },
          ]}
        />
      </Behind>
    </Section>
  );
}

/** One verdict: its interval upright, the floor across. */
function Column({ past: { run_id, at_ms, verdict, measured, variant }, domain }: { past: Past; domain: readonly [number, number] }) {
  const at = (value: number) => `${100 - percent(value, domain)}%`;
  const said = `${verdict ?? "no verdict"}${measured ? `, ${measured.metric} ${withInterval(measured.unit, measured)}` : ""}`;
  return (
    <li>
      <Go to={`/evals/${run_id}`} title={`${moment(at_ms)}: ${said}`}>
        <svg className={css.picture} data-verdict={verdict ?? "none"} aria-hidden="true">
          {measured?.lower != null && measured.upper !== null && <line className={css.bar} x1="50%" x2="50%" y1={at(measured.lower)} y2={at(measured.upper)} />}
          {measured?.estimate != null && <circle className={css.point} cx="50%" cy={at(measured.estimate)} r="4" />}
          {measured?.floor != null && <line className={css.floor} x1="0" x2="100%" y1={at(measured.floor)} y2={at(measured.floor)} />}
        </svg>
        <span><Shape verdict={verdict} /> {day(at_ms)}<span className="hidden-but-read">: {said},</span></span>
        <small>{variant}{measured ? ` · n ${measured.n}` : ""}</small>
      </Go>
    </li>
  );
}
