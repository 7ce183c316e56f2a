// The answers of one variant to one input: a mark for each repeat, equal answers folded.
import type { PlayCell } from "../../api/contract.ts";
import { Value } from "../../parts/Value.tsx";
import { milliseconds, usd } from "../../says/number.ts";
import { Simulated } from "../../parts/Tag.tsx";
import { type Group, groupsOf, inWords, markOf, marksOf, sameness, SIGNS } from "./answers.ts";
import css from "./Grid.module.css";

export function Cell({ cell, isRunning, isOpen }: { cell: PlayCell | undefined; isRunning: boolean; isOpen: boolean }) {
  if (!cell) return <span className="soft">{isRunning ? "not asked yet" : "–"}</span>;
  const groups = groupsOf(cell);
  const same = sameness(cell, groups);
  const [first, ...rest] = groups;
  return (
    <div className={css.cell}>
      <p className={css.marks}>
        <span aria-hidden="true">{marksOf(cell).map((mark, index) => <i key={index} data-mark={mark}>{SIGNS[mark]}</i>)}</span>
        <span className="hidden-but-read">{inWords(cell)}</span>
        {same && <small className="soft">{same}</small>}
      </p>
      {isOpen
        ? groups.map((group, index) => <Opened key={index} group={group} n={cell.n} />)
        : first && (
          <>
            <Said group={first} isShort />
            {rest.length > 0 && <small className="soft">and {rest.length === 1 ? "1 other answer" : `${rest.length} other answers`}</small>}
          </>
        )}
    </div>
  );
}

function Said({ group, isShort }: { group: Group; isShort: boolean }) {
  return group.failure === null ? <Value json={group.output} isShort={isShort} /> : <span className={css.failure}>{group.failure}</span>;
}

function Opened({ group, n }: { group: Group; n: number }) {
  return (
    <div className={css.group}>
      <p>
        {n > 1 && <small className="soft">{group.answers.length} of {n} </small>}
        {group.answers.some(({ answer }) => answer.simulated) && <Simulated />}
      </p>
      <Said group={group} isShort={false} />
      <ul>
        {group.answers.map(({ answer, position }) => {
          const mark = markOf(answer);
          const facts = [
            n > 1 ? `${position}.` : null,
            mark === "unknown" ? null : mark,
            answer.latency_ms === null ? null : milliseconds(answer.latency_ms),
            answer.cost_usd ? usd(answer.cost_usd) : null,
          ].filter(Boolean);
          return (
            <li key={position}>
              <i aria-hidden="true" data-mark={mark}>{SIGNS[mark]}</i> {facts.join(" · ")}{answer.why && ` · ${answer.why}`}
            </li>
          );
        })}
      </ul>
    </div>
  );
}
