// The cases that came out differently, the worst regressions first; repeats folded into one cell.
import { useRef } from "react";
import type { ChangeRow, Changes } from "../../api/contract.ts";
import { oneOf, useFilters } from "../../app/place.ts";
import { Button } from "../../parts/Button.tsx";
import { Empty } from "../../parts/Empty.tsx";
import { Choice, Fields } from "../../parts/Field.tsx";
import { FoldedAnswers } from "../../parts/FoldedAnswers.tsx";
import { useListKeys } from "../../parts/listKeys.ts";
import { Section } from "../../parts/Page.tsx";
import { Reveal } from "../../parts/Reveal.tsx";
import { Tag } from "../../parts/Tag.tsx";
import { Value } from "../../parts/Value.tsx";
import { group } from "../../says/criterion.ts";
import { gain, plural, rate } from "../../says/number.ts";
import css from "./ChangedCases.module.css";

interface Props {
  pages: readonly Changes[];
  first: string;
  second: string;
  isRevealed: boolean;
  onReveal: () => void;
}

export function ChangedCases({ pages, first, second, isRevealed, onReveal }: Props) {
  const [, setFilters] = useFilters();
  const list = useRef<HTMLOListElement>(null);
  useListKeys(list);
  const head = pages[0];
  if (!head) return null;
  const rows = pages.flatMap((page) => page.cases);
  return (
    <Section title={head.n_hidden > 0 && head.n === 0 ? "Cases" : `Cases, the worst first · n ${head.n}`} aside={<CaseFilters changes={head} />}>
      {(head.n_hidden > 0 || (head.is_held_out && isRevealed)) && <Reveal isRevealed={isRevealed} onReveal={onReveal} n={head.n_hidden} />}
      {rows.length === 0
        ? head.n_hidden === 0 && <Empty says="No case fits these filters."><Button onClick={() => setFilters({ only: "all", field: undefined, value: undefined })}>Show all cases</Button></Empty>
        : <ol ref={list} className={css.cases}>{rows.map((row) => <Case key={row.case_id} row={row} first={first} second={second} />)}</ol>}
    </Section>
  );
}

function CaseFilters({ changes }: { changes: Changes }) {
  const [filters, setFilters] = useFilters();
  const only = oneOf(["changed", "worse", "better", "all"], filters.only) ?? "changed";
  const segment = filters.field ? `${filters.field}=${filters.value ?? ""}` : "";
  const groups = [...new Set([...(segment ? [segment] : []), ...changes.segments.map((each) => each.group)])];
  const choose = (text: string) => {
    const at = text.indexOf("=");
    setFilters(text ? { field: text.slice(0, at), value: text.slice(at + 1) } : { field: undefined, value: undefined });
  };
  return (
    <Fields>
      <Choice
        label="Which cases" isLabelHidden value={only} onChange={(event) => setFilters({ only: event.target.value === "changed" ? undefined : event.target.value })}
        options={[["changed", "changed"], ["worse", "only worse"], ["better", "only better"], ["all", "all cases"]]}
      />
      {groups.length > 0 && (
        <Choice
          label="Group" isLabelHidden value={segment} onChange={(event) => choose(event.target.value)}
          options={[["", "every group"], ...groups.map((each) => [each, group(each)] as const)]}
        />
      )}
    </Fields>
  );
}

function Case({ row, first, second }: { row: ChangeRow; first: string; second: string }) {
  const change = row.after - row.before;
  const way = change > 0 ? "better" : change < 0 ? "worse" : "same";
  const repeats = Math.max(row.first.length, row.second.length);
  return (
    <li className={css.case} tabIndex={0} data-row="" aria-label={`Case ${row.case_id}, ${way}, from ${rate(row.before)} to ${rate(row.after)}`}>
      <p className={css.head}>
        <span className={css.way} data-way={way}>{{ better: "▲ better", worse: "▼ worse", same: "= the same" }[way]}</span>
        <span>{rate(row.before)} → {rate(row.after)} <span className="soft">{gain(change)}{repeats > 1 && ` · ${plural(repeats, "repeat")}`}</span></span>
        <span className={css.id}>case {row.case_id} {row.tags.map((tag) => <Tag key={tag}>{tag}</Tag>)}</span>
      </p>
      <div className={css.sides}>
        <div className={css.input}><Value json={row.input} />{row.why && <p className={css.why}>{row.why}</p>}</div>
        <div><small>{first}</small><FoldedAnswers answers={row.first.map((output) => ({ output }))} /></div>
        <div><small>{second}</small><FoldedAnswers answers={row.second.map((output) => ({ output }))} /></div>
        {row.expected !== null && <div><small>wanted</small><Value json={row.expected} isShort /></div>}
      </div>
    </li>
  );
}
