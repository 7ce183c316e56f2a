// What the repeats say of each variant: the sentence first, then each number with its interval and n.
import type { Feasibility, Measured } from "../../api/contract.ts";
import { MeasuredText } from "../../parts/MeasuredText.tsx";
import { Section } from "../../parts/Page.tsx";
import { Tag } from "../../parts/Tag.tsx";
import { count, plural, usd } from "../../says/number.ts";
import type { Column } from "./choice.ts";
import css from "./Feasible.module.css";
import type { Played } from "./running.ts";

export function Feasible({ columns, played }: { columns: readonly Column[]; played: Played }) {
  const known = columns.flatMap((column) => {
    const one = played.feasible.get(column.key);
    return one ? [{ column, one }] : [];
  });
  if (known.length === 0) return null;
  return (
    <Section title="Is it feasible" aside={played.notes.join(" ")}>
      <ul className={css.list}>
        {known.map(({ column, one }) => (
          <li key={column.key}>
            <p className={css.name}><b>{column.name}</b> {column.isDraft && <Tag>draft</Tag>}</p>
            <div>
              <p className={css.says}>{one.says}</p>
              <dl>
                {numbers(one).map(([name, measured]) => (
                  <div key={name}><dt>{name}</dt><dd><MeasuredText measured={measured} /></dd></div>
                ))}
                <div>
                  <dt>cost</dt>
                  <dd>{one.usd_per_1000 === null ? <span className="soft">no price known</span> : <>{usd(one.usd_per_1000)} per 1,000 <span className="soft">· n {count(one.n_inputs * one.trials)}</span></>}</dd>
                </div>
                {one.n_errors > 0 && <div><dt>failed</dt><dd>{plural(one.n_errors, "answer")} of {count(one.n_inputs * one.trials)}</dd></div>}
              </dl>
            </div>
          </li>
        ))}
      </ul>
    </Section>
  );
}

/** Only what was measured; a number without a measurement is no line. */
function numbers(one: Feasibility): [string, Measured][] {
  const all: [string, Measured | null][] = [
    ["right", one.right],
    ["same each time", one.same],
    [`right ${one.pass_hat_k} of ${one.pass_hat_k} times (pass^${one.pass_hat_k})`, one.pass_hat],
    ["grounded", one.grounded],
    ["95 of 100 within", one.p95],
  ];
  return all.flatMap(([name, measured]) => (measured ? [[name, measured]] : []));
}
