// The criteria of one variant against its numbers, segments apart, with a way to change a floor.
import { useState } from "react";
import type { CriterionVerdict, GateShown, VariantReport } from "../../api/contract.ts";
import { useMay } from "../../api/session.ts";
import { Button } from "../../parts/Button.tsx";
import { Criteria } from "../../report/Criteria.tsx";
import { AmendDialog } from "./AmendDialog.tsx";
import css from "./Judged.module.css";

export function Judged({ gate, variant }: { gate: GateShown; variant: VariantReport }) {
  const [amending, setAmending] = useState<CriterionVerdict | null>(null);
  const mayAmend = useMay("editor");
  const criteria = variant.verdict?.criteria ?? [];
  const whole = criteria.filter(({ segment }) => !segment);
  const segments = criteria.filter(({ segment }) => segment);
  const canAmend = (criterion: CriterionVerdict) => mayAmend && gate.criteria.some(({ name, can_amend }) => can_amend && name === criterion.name);
  const action = (criterion: CriterionVerdict) =>
    canAmend(criterion) && <Button kind="quiet" onClick={() => setAmending(criterion)} aria-label={`Change the floor of ${criterion.name}`}>change</Button>;
  return (
    <div className={css.judged}>
      <Criteria caption={`Criteria of ${variant.name}`} criteria={whole} action={mayAmend ? action : undefined} />
      {segments.length > 0 && (
        <>
          <h3>Each segment apart</h3>
          <Criteria caption={`Segments of ${variant.name}`} criteria={segments} action={mayAmend ? action : undefined} />
        </>
      )}
      {amending && <AmendDialog gate={gate} criterion={amending.name} min={amending.bound} onClose={() => setAmending(null)} />}
    </div>
  );
}
