// What a run should do; every choice stands in the address, so that it can be repeated or sent.
import type { PlayStart, PlayVariant, RunWish } from "../../api/contract.ts";
import { useFilters } from "../../app/place.ts";
import { Button } from "../../parts/Button.tsx";
import { Command } from "../../parts/Command.tsx";
import { Check, Choice, Input } from "../../parts/Field.tsx";
import { Section } from "../../parts/Page.tsx";
import { Simulated, Tag } from "../../parts/Tag.tsx";
import { commandOf } from "./command.ts";
import css from "./StartForm.module.css";

interface Props {
  start: PlayStart;
  isGate: boolean;
  onStart: (wish: RunWish) => void;
}

export function StartForm({ start, isGate, onStart }: Props) {
  const [filters, setFilters] = useFilters();
  const all = start.variants.map(({ name }) => name);
  const chosen = chosenOf(all, filters.variants);
  const trials = Number(filters.trials) || undefined;
  const isRescore = filters.rescore === "yes";
  const isFresh = filters.fresh === "yes";
  const wish: RunWish = {
    feature: start.feature,
    variants: chosen.length === all.length ? [] : chosen,
    trials: trials === start.trials ? undefined : trials,
    rescore: isRescore || undefined,
    fresh: isFresh || undefined,
  };
  const choose = (variant: PlayVariant) => (event: { target: { checked: boolean } }) => {
    const next = all.filter((name) => (name === variant.name ? event.target.checked : chosen.includes(name)));
    setFilters({ variants: next.length === all.length ? undefined : next.join(",") || "none" });
  };
  return (
    <form onSubmit={(event) => { event.preventDefault(); onStart(wish); }}>
      <Section title="Cases">
        <div className={css.narrow}>
          <Choice
            label="Which cases" value={isGate ? "gate" : "tune"} onChange={(event) => setFilters({ cases: event.target.value === "gate" ? "gate" : undefined })}
            options={[["tune", "tuning cases: to iterate on, figures are estimates"], ["gate", "held-out cases: judged against the criteria"]]}
            hint={isGate ? "Each new candidate that is judged on these cases makes the next one harder to prove." : "Held-out cases stay out of sight; only a gate asks for them."}
          />
        </div>
      </Section>
      <Section title="Variants">
        <fieldset className={css.variants}>
          <legend className="hidden-but-read">Variants that answer</legend>
          {start.variants.map((variant) => (
            <Check
              key={variant.name} checked={chosen.includes(variant.name)} onChange={choose(variant)}
              label={<>{variant.name} <span className="soft">{variant.model ?? variant.kind}</span> {variant.is_baseline && <Tag>baseline, always beside the others</Tag>} {variant.simulated && <Simulated />}</>}
            />
          ))}
        </fieldset>
      </Section>
      <Section title="How">
        <div className={css.how}>
          <div className={css.trials}>
            <Input label="Repeats of each case" type="number" min={1} max={100} value={filters.trials ?? String(start.trials)} onChange={(event) => setFilters({ trials: event.target.value || undefined })} hint="More repeats show how steady a variant is." />
          </div>
          <Check checked={isRescore} onChange={(event) => setFilters({ rescore: event.target.checked ? "yes" : undefined, fresh: undefined })} label="Only score again" hint="Takes the stored answers and calls no variant; for scorers that have changed." />
          {!isRescore && <Check checked={isFresh} onChange={(event) => setFilters({ fresh: event.target.checked ? "yes" : undefined })} label="Ask again" hint="Calls and pays again although answers are stored." />}
        </div>
      </Section>
      <div className={css.go}>
        <Button kind="loud" type="submit" disabled={chosen.length === 0}>{isRescore ? "Score again" : isGate ? "Judge" : "Start"}</Button>
        <Command text={commandOf(wish, isGate)} />
      </div>
      {chosen.length === 0 && <p className="soft">Choose at least one variant.</p>}
    </form>
  );
}

export function chosenOf(all: readonly string[], text: string | undefined): string[] {
  if (text === undefined) return [...all];
  const wanted = text.split(",");
  return all.filter((name) => wanted.includes(name));
}
