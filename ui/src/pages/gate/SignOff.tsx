// People who stand for the decision, by name; a signature holds for exactly what was judged.
import { useRef, useState } from "react";
import type { GateShown, Report } from "../../api/contract.ts";
import { useMay } from "../../api/session.ts";
import { useWrite } from "../../api/use.ts";
import { useKeys } from "../../keys/use.ts";
import { Button } from "../../parts/Button.tsx";
import { Choice, Input } from "../../parts/Field.tsx";
import { Section } from "../../parts/Page.tsx";
import { ProblemShown } from "../../parts/Problem.tsx";
import { Table } from "../../parts/Table.tsx";
import { Tag } from "../../parts/Tag.tsx";
import { moment } from "../../says/time.ts";
import css from "./SignOff.module.css";

export function SignOff({ gate, report }: { gate: GateShown; report: Report }) {
  const maySign = useMay("editor");
  return (
    <Section title="Signed off by">
      {gate.sign_offs.length === 0 && <p className="soft">Nobody yet.</p>}
      {gate.sign_offs.length > 0 && (
        <Table
          caption="Sign-offs" rows={gate.sign_offs} idOf={({ by, at_ms }) => `${by} ${at_ms}`}
          columns={[
            { head: "who", cell: ({ by, role }) => <><b>{by}</b> <span className="soft">{role}</span></> },
            { head: "what", cell: ({ variant, holds }) => <>{variant} {!holds && <Tag title="The variant, the cases or the criteria changed after this">holds no more</Tag>}</> },
            { head: "when", cell: ({ at_ms }) => moment(at_ms) },
            { head: "note", isWide: true, cell: ({ note }) => note },
          ]}
        />
      )}
      {maySign && <SignForm key={report.run_id} gate={gate} report={report} />}
    </Section>
  );
}

function SignForm({ gate, report }: { gate: GateShown; report: Report }) {
  const passed = report.variants.filter(({ verdict }) => verdict?.verdict === "pass").map(({ name }) => name);
  const [note, setNote] = useState("");
  const [variant, setVariant] = useState(passed.find((name) => name === report.headline.variant) ?? passed[0] ?? "");
  const form = useRef<HTMLFormElement>(null);
  const sign = useWrite("gate.sign", ["gate.show", "today.show"]);
  useKeys({ "gate.sign": () => form.current?.querySelector<HTMLElement>("input")?.focus() });
  const send = (event: React.FormEvent) => {
    event.preventDefault();
    sign.mutate({ feature: gate.feature, variant, run: report.run_id, note: note.trim() }, { onSuccess: () => setNote("") });
  };
  if (passed.length === 0) return <p className="soft tiny">A variant can be signed off once it passes.</p>;
  return (
    <form ref={form} className={css.sign} onSubmit={send}>
      <Choice label="Variant" value={variant} onChange={(event) => setVariant(event.target.value)} options={passed.map((name) => [name, name] as const)} />
      <div className={css.note}>
        <Input label="Note" value={note} maxLength={500} onChange={(event) => setNote(event.target.value)} placeholder="What it is good enough for" />
      </div>
      <Button type="submit" isBusy={sign.isPending} disabled={!variant || !note.trim()}>Sign</Button>
      {sign.error && <div className={css.but}><ProblemShown thrown={sign.error} /></div>}
    </form>
  );
}
