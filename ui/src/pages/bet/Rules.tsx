// The rules beside the candidates, as sentences that can be changed, reordered and judged again.
import { useEffect, useState } from "react";
import type { Json, RulesShown } from "../../api/contract.ts";
import { useOperation, useWrite } from "../../api/use.ts";
import { useKeys } from "../../keys/use.ts";
import { Button } from "../../parts/Button.tsx";
import { isDialogOpen } from "../../parts/Dialog.tsx";
import { MeasuredText } from "../../parts/MeasuredText.tsx";
import { Section } from "../../parts/Page.tsx";
import { ProblemShown } from "../../parts/Problem.tsx";
import { plural } from "../../says/number.ts";
import type { Judging } from "./judging.ts";
import { RuleList } from "./RuleList.tsx";
import css from "./Rules.module.css";
import { choices, differ, type Held, held, isEmpty, toSave } from "./rules.ts";

interface Props {
  feature: string;
  mayEdit: boolean;
  judging: Judging;
  onChanges: (hasChanges: boolean) => void;
}

export function Rules({ feature, ...rest }: Props) {
  const query = useOperation("rules.show", { feature }, { keep: false });
  // A feature without rules is nothing wrong; everything else is said.
  if (query.error) return query.error.status === 404 ? null : <Section title="Rules"><ProblemShown thrown={query.error} again={() => void query.refetch()} /></Section>;
  if (!query.data) return null;
  return <Edited key={query.data.variant} shown={query.data} {...rest} />;
}

function Edited({ shown, mayEdit, judging, onChanges }: Omit<Props, "feature"> & { shown: RulesShown }) {
  const [rules, setRules] = useState<Held[]>(() => held(shown.rules));
  const [fallback, setFallback] = useState<Json>(shown.default);
  const save = useWrite("rules.edit", ["rules.show", "gate.show", "today.show"]);
  const hasChanges = differ(rules, fallback, shown);
  // What the server says now is taken over, unless somebody changed what it said before.
  const [before, setBefore] = useState(shown);
  if (before !== shown) {
    setBefore(shown);
    if (!differ(rules, fallback, before) || !hasChanges) {
      setRules(held(shown.rules, rules));
      setFallback(shown.default);
    }
  }
  const empty = rules.filter(isEmpty).length;
  const isBusy = save.isPending || judging.isRunning;
  useEffect(() => onChanges(hasChanges), [hasChanges, onChanges]);

  const keep = async (andJudge: boolean) => {
    if (empty > 0 || isBusy) return;
    if (hasChanges) {
      // A refusal is shown below; nothing is judged then.
      const saved = await save.mutateAsync({ feature: shown.feature, variant: shown.variant, rules: toSave(rules), default: fallback }).catch(() => null);
      if (!saved) return;
    }
    if (andJudge) void judging.start(shown.feature);
  };
  useKeys(mayEdit ? { "bet.do": () => (isDialogOpen() ? false : void keep(true)), "bet.save_rules": () => (isDialogOpen() ? false : void keep(false)) } : {});

  return (
    <Section title={`Rules: ${shown.variant}`} aside={<code>{shown.file}</code>}>
      <div className={css.rules}>
        <p>
          The first sentence that fits answers. On the {plural(shown.n_cases, "case")} that tune, they are right: <MeasuredText measured={shown.right} isStrong />
        </p>
        {shown.note && <p className="soft">{shown.note}</p>}
        <RuleList
          rules={rules} fallback={fallback} options={choices(shown, rules, fallback)} nCases={shown.n_cases} mayEdit={mayEdit}
          onRules={setRules} onFallback={setFallback}
        />
        {save.error && <ProblemShown thrown={save.error} />}
        {mayEdit && (
          <div className={css.foot}>
            <Button kind={hasChanges ? "loud" : "plain"} isBusy={isBusy} disabled={empty > 0} onClick={() => void keep(true)}>{hasChanges ? "Save and judge again" : "Judge again"}</Button>
            {hasChanges && <Button isBusy={save.isPending} disabled={empty > 0} onClick={() => void keep(false)}>Save</Button>}
            {hasChanges && <Button kind="quiet" onClick={() => { setRules(held(shown.rules)); setFallback(shown.default); }}>Take back the changes</Button>}
            <small className="soft" role="status">
              {empty > 0 ? `${plural(empty, "rule")} without words: add a word or delete it.` : hasChanges ? "Changed rules are a new candidate." : ""}
            </small>
          </div>
        )}
      </div>
    </Section>
  );
}
