// What the repeats say of each variant: the sentence first, then each number with its interval and n.
import type { Feasibility, Measured, PlayStart } from "../../api/contract.ts";
import { MeasuredText } from "../../parts/MeasuredText.tsx";
import { Section } from "../../parts/Page.tsx";
import { Simulated, Tag } from "../../parts/Tag.tsx";
import { count, plural, usd } from "../../says/number.ts";
import { isSimulated } from "./cells.ts";
import type { Column } from "./choice.ts";
import css from "./Feasible.module.css";
import type { Played } from "./running.ts";

export function Feasible({ start, columns, played }: { start: PlayStart; columns: readonly Column[]; played: Played }) {
  const shown = columns.map((column) => ({ column, one: played.feasible.get(column.key), ...soFar(played, column) })).filter(({ one, done }) => one || done > 0 || played.isRunning);
  if (shown.length === 0) return null;
  return (
    <Section title="Is it feasible" aside={played.note}>
      <ul className={css.list}>
        {shown.map(({ column, one, done, right, judged }) => (
          <li key={column.key}>
            <p className={css.name}>
              <b>{column.name}</b> {column.isDraft && <Tag>draft</Tag>} {(isSimulated(played.cells, column.key) || start.variants.some(({ name, simulated }) => name === column.name && simulated)) && <Simulated />}
            </p>
            {one ? <Measurements one={one} /> : (
              <p className={css.says}>
                {plural(done, "answer")} so far{judged > 0 && <span className="soft">, {count(right)} of {count(judged)} right</span>}{!played.isRunning && <span className="soft">; the run was stopped</span>}
              </p>
            )}
          </li>
        ))}
      </ul>
    </Section>
  );
}

function Measurements({ one }: { one: Feasibility }) {
  const n = one.n_inputs * one.trials;
  return (
    <div>
      <p className={css.says}>{one.says}</p>
      <dl>
        {numbers(one).map(([name, measured]) => (
          <div key={name}><dt>{name}</dt><dd><MeasuredText measured={measured} /></dd></div>
        ))}
        <div>
          <dt>cost</dt>
          <dd>{one.usd_per_1000 === null ? <span className="soft">no price known</span> : <>{usd(one.usd_per_1000)} per 1,000 <span className="soft">· n {count(n)}</span></>}</dd>
        </div>
        {one.n_errors > 0 && <div><dt>failed</dt><dd>{count(one.n_errors)} of {plural(n, "answer")}</dd></div>}
      </dl>
    </div>
  );
}

/** Only what was measured; a number without a measurement is no line. */
function numbers(one: Feasibility): [string, Measured][] {
  const all: [string, Measured | null][] = [
    ["right", one.right],
    ["same each time", one.same],
    [`right all ${one.pass_hat_k} times`, one.pass_hat],
    ["grounded", one.grounded],
    ["half within", one.p50],
    ["95 of 100 within", one.p95],
  ];
  return all.flatMap(([name, measured]) => (measured ? [[name, measured]] : []));
}

function soFar({ cells }: Played, column: Column) {
  let [done, right, judged] = [0, 0, 0];
  for (const [key, { answers }] of cells) {
    if (!key.endsWith(`\n${column.key}`)) continue;
    done += answers.length;
    right += answers.filter(({ is_right }) => is_right).length;
    judged += answers.filter(({ is_right }) => is_right !== null).length;
  }
  return { done, right, judged };
}
