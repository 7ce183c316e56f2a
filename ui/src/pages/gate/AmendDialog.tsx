// Changes the floor of a criterion that was already judged: allowed, with a reason, and visible for good.
import { useState } from "react";
import type { GateShown } from "../../api/contract.ts";
import { useWrite } from "../../api/use.ts";
import { Button } from "../../parts/Button.tsx";
import { Dialog } from "../../parts/Dialog.tsx";
import { Input, TextArea } from "../../parts/Field.tsx";
import { ProblemShown } from "../../parts/Problem.tsx";
import { VerdictMark } from "../../parts/VerdictMark.tsx";
import { nameOf } from "../../says/criterion.ts";
import { number } from "../../says/number.ts";
import css from "./AmendDialog.module.css";
import { consequence } from "./amend.ts";

interface Props {
  gate: GateShown;
  criterion: string;
  min: number;
  onClose: () => void;
}

export function AmendDialog({ gate, criterion, min, onClose }: Props) {
  const [text, setText] = useState(number(min));
  const [reason, setReason] = useState("");
  const amend = useWrite("gate.amend", ["gate.show", "today.show", "runs.list", "runs.show"]);
  const now = gate.criteria.find(({ name }) => name === criterion)?.bound;
  const floor = Number(text);
  const isFloor = text.trim() !== "" && floor >= 0 && floor <= 1;
  const isSame = floor === now;
  const found = isFloor && !isSame && gate.report ? consequence(gate.report, criterion, floor) : [];
  const send = (event: React.FormEvent) => {
    event.preventDefault();
    amend.mutate({ feature: gate.feature, criterion, min: floor, reason: reason.trim() }, { onSuccess: onClose });
  };
  return (
    <Dialog title={`Change the floor of ${criterion}`} onClose={onClose}>
      <form className={css.amend} onSubmit={send}>
        <Input
          label="Floor" inputMode="decimal" value={text} onChange={(event) => setText(event.target.value)} autoFocus
          hint={now === undefined ? undefined : `now ${number(now)}`} wrong={isFloor ? null : "a share from 0 to 1, for example 0.86"}
        />
        <TextArea label="Why" value={reason} required rows={3} onChange={(event) => setReason(event.target.value)} hint="Stands beside the change, with your name and the day." />
        {found.length > 0 && (
          <div className={css.then}>
            <p>With today&apos;s cases this criterion would then be</p>
            <ul>{found.map(({ variant, criterion: judged, verdict }) => <li key={`${variant} ${nameOf(judged)}`}><VerdictMark verdict={verdict} /> <span>for {variant}{judged.segment ? `, ${judged.segment}` : ""} <span className="soft">[{judged.lower?.toFixed(2) ?? "?"}, {judged.upper?.toFixed(2) ?? "?"}] · n {judged.n}</span></span></li>)}</ul>
          </div>
        )}
        <p className={css.shown}>
          The page, the gate and every later verdict will say: “{criterion}: {now === undefined ? "" : `at least ${number(now)} became `}at least {isFloor ? number(floor) : "…"}”.
          The verdict itself comes from judging again.
        </p>
        {amend.error && <ProblemShown thrown={amend.error} />}
        <div className={css.do}>
          <Button type="submit" isBusy={amend.isPending} disabled={!isFloor || isSame || !reason.trim()}>Change the floor</Button>
          <Button kind="quiet" onClick={onClose}>Leave it</Button>
        </div>
      </form>
    </Dialog>
  );
}
