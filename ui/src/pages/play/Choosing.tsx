// What is played: variants, repeats, inputs; and the one button.
import type { PlayStart, PlayVariant } from "../../api/contract.ts";
import { Bar } from "../../parts/Bar.tsx";
import { Button } from "../../parts/Button.tsx";
import { Card } from "../../parts/Page.tsx";
import { Simulated, Tag } from "../../parts/Tag.tsx";
import { count, plural, usd } from "../../says/number.ts";
import { CAPS, type Choice, column, type Column, REPEATS } from "./choice.ts";
import css from "./Choosing.module.css";
import type { Draft } from "./draft.ts";
import type { Played } from "./running.ts";
import { refusal } from "./wishes.ts";

interface Props {
  start: PlayStart;
  choice: Choice;
  drafts: Readonly<Record<string, Draft>>;
  nOwn: number;
  played: Played;
  onColumn: (column: Column) => void;
  onRepeats: (n: number) => void;
  onCap: (cap_usd: string) => void;
  onInputs: () => void;
  onRun: () => void;
  onStop: () => void;
}

export function Choosing({ start, choice, drafts, nOwn, played, onColumn, onRepeats, onCap, onInputs, onRun, onStop }: Props) {
  const { columns, repeats } = choice;
  const nInputs = choice.cases.length + nOwn;
  const isChosen = (one: Column) => columns.some(({ key }) => key === one.key);
  const ladder = [...new Set([...REPEATS, repeats])].sort((first, second) => first - second);
  return (
    <div className={css.choosing}>
      <Card>
        <div className={css.rows}>
          <fieldset>
            <legend>Variants</legend>
            <div className={css.chips}>
              {start.variants.map((variant) => (
                <span key={variant.name} className={css.pair}>
                  <Pick variant={variant} isOn={isChosen(column(variant.name))} onChange={() => onColumn(column(variant.name))} />
                  {drafts[variant.name] && variant.has_prompt && (
                    <label className={css.chip}>
                      <input type="checkbox" checked={isChosen(column(variant.name, true))} onChange={() => onColumn(column(variant.name, true))} />
                      {variant.name} <Tag>draft</Tag>
                    </label>
                  )}
                </span>
              ))}
            </div>
          </fieldset>
          <fieldset>
            <legend>Repeats</legend>
            <div className={css.chips}>
              {ladder.map((n) => (
                <label key={n} className={css.chip}>
                  <input type="radio" name="repeats" checked={n === repeats} onChange={() => onRepeats(n)} />{n}
                </label>
              ))}
            </div>
          </fieldset>
          <div>
            <p className={css.legend}>Inputs</p>
            <Button onClick={onInputs}>{plural(nInputs, "input")}{nOwn > 0 && `, ${nOwn} of your own`}</Button>
          </div>
          <label className={css.cap}>
            <span>A run costs at most</span>
            <select value={choice.cap_usd} onChange={(event) => onCap(event.target.value)}>
              {[...new Set([...CAPS, choice.cap_usd])].sort((first, second) => first - second).map((cap) => <option key={cap} value={cap}>${cap}</option>)}
            </select>
          </label>
        </div>
        <div className={css.foot}>
          {played.isRunning
            ? <Button onClick={onStop}>Stop</Button>
            : <Button kind="loud" disabled={refusal(nInputs, columns.length) !== null} onClick={onRun}>Run</Button>}
          <p className="soft" role="status">{said(played, nInputs, columns.length, repeats)}</p>
        </div>
        {played.isRunning && <Bar done={played.done} total={played.total} label="How many answers are there" />}
      </Card>
    </div>
  );
}

function said(played: Played, nInputs: number, nColumns: number, repeats: number): string {
  if (played.isRunning) return `${count(played.done)} of ${count(played.total)} answers`;
  const refused = refusal(nInputs, nColumns);
  if (refused) return refused;
  const plan = `${plural(nInputs, "input")} × ${plural(nColumns, "variant")} × ${plural(repeats, "repeat")} = ${plural(nInputs * nColumns * repeats, "answer")}`;
  return played.cost_usd === null ? plan : `${plan}; the last run cost ${usd(played.cost_usd)}`;
}

function Pick({ variant, isOn, onChange }: { variant: PlayVariant; isOn: boolean; onChange: () => void }) {
  return (
    <label className={css.chip} title={variant.model ?? variant.kind}>
      <input type="checkbox" checked={isOn} onChange={onChange} />
      {variant.name} {variant.is_baseline && <Tag>baseline</Tag>} {variant.simulated && <Simulated />}
      {!variant.can_run_new && <Tag title="Knows only the cases that it answered before">recorded</Tag>}
    </label>
  );
}
