// Hypothesis, success, floor and deadline, and what may be added. Defaults keep the typing short.
import type { Preview } from "../../api/contract.ts";
import { Behind } from "../../parts/Behind.tsx";
import { Check, Choice, Input, TextArea } from "../../parts/Field.tsx";
import { dayAfter, type Draft, floorOf, type Missing } from "./draft.ts";
import css from "./Written.module.css";

interface Props {
  draft: Draft;
  preview: Preview;
  wrong: readonly Missing[];
  change: (change: Partial<Draft>) => void;
}

const SPANS = [["2 weeks", 14], ["4 weeks", 28], ["8 weeks", 56]] as const;

export function Written({ draft, preview, wrong, change }: Props) {
  const wrongIn = (field: Missing["field"]) => {
    const found = wrong.find((each) => each.field === field);
    return found ? `Still open: ${found.says}.` : null;
  };
  const floor = floorOf(draft.floor);
  const best = preview.scorers[0];
  const scorer = preview.scorers.find(({ kind }) => kind === draft.scorer) ?? best;
  return (
    <div className={css.written}>
      <div data-field="hypothesis" className={css.wide}>
        <TextArea
          label="Hypothesis: what do you believe, and for whom?" rows={2} value={draft.hypothesis} wrong={wrongIn("hypothesis")}
          placeholder="A model sorts these messages as well as our people do" onChange={(event) => change({ hypothesis: event.target.value })}
        />
      </div>
      <Choice
        label="An answer is a success when" value={scorer?.kind ?? ""}
        options={preview.scorers.map(({ kind, says }) => [kind, says] as const)} onChange={(event) => change({ scorer: event.target.value })}
      />
      <div data-field="floor" className={css.floor}>
        <Input
          label="Floor, of 100 answers" type="number" min={1} max={100} step="any" inputMode="decimal" value={draft.floor} wrong={wrongIn("floor")}
          hint={floor === null ? undefined : `at most ${Number((100 - floor * 100).toFixed(2))} of 100 may be wrong`} onChange={(event) => change({ floor: event.target.value })}
        />
      </div>
      <div data-field="deadline">
        <Input
          label="Deadline: decide by" type="date" min={dayAfter(new Date(), 0)} value={draft.deadline} wrong={wrongIn("deadline")}
          hint={<span className={css.spans}>{SPANS.map(([word, days]) => <button key={word} type="button" onClick={() => change({ deadline: dayAfter(new Date(), days) })}>{word}</button>)}</span>}
          onChange={(event) => change({ deadline: event.target.value })}
        />
      </div>
      {preview.columns.expected && (
        <div className={css.wide}>
          <Check
            label="Draft rules from these rows and judge them beside the candidates" checked={draft.draft_rules}
            hint="Rules are often good enough, and they cost nothing." onChange={(event) => change({ draft_rules: event.target.checked })}
          />
        </div>
      )}
      <div className={css.wide}>
        <Behind says="Name, spending limit, why us" isOpen={Boolean(draft.spend_cap || draft.why_us || draft.about || draft.name)}>
          <div className={css.more}>
            <Input label="Name of the bet" value={draft.name} placeholder={preview.suggested_name} onChange={(event) => change({ name: event.target.value })} />
            <Input label="What the rows are, in the plural" value={draft.about} placeholder="support messages" onChange={(event) => change({ about: event.target.value })} />
            <div data-field="spend_cap">
              <Input label="Spend at most, in dollars" inputMode="decimal" value={draft.spend_cap} placeholder="no limit" wrong={wrongIn("spend_cap")} onChange={(event) => change({ spend_cap: event.target.value })} />
            </div>
            <div className={css.wide}>
              <TextArea label="Why us: what do we have that others do not?" rows={2} value={draft.why_us} onChange={(event) => change({ why_us: event.target.value })} />
            </div>
          </div>
        </Behind>
      </div>
    </div>
  );
}
