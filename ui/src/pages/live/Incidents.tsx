// What became worse, why, what was done about it; one click takes a decision back or closes an incident.
import type { Decision, Incident } from "../../api/contract.ts";
import { useMay } from "../../api/session.ts";
import { useWrite } from "../../api/use.ts";
import { Button } from "../../parts/Button.tsx";
import { Card, Section } from "../../parts/Page.tsx";
import { ProblemShown } from "../../parts/Problem.tsx";
import { Table } from "../../parts/Table.tsx";
import { Simulated } from "../../parts/Tag.tsx";
import { count, interval, rate } from "../../says/number.ts";
import { moment } from "../../says/time.ts";
import css from "./Watched.module.css";

export function Incidents({ incidents, decisions }: { incidents: readonly Incident[]; decisions: readonly Decision[] }) {
  const open = incidents.filter(({ closed_at_ms }) => closed_at_ms == null);
  const closed = incidents.filter(({ closed_at_ms }) => closed_at_ms != null);
  const standing = decisions.filter(({ holds }) => holds);
  return (
    <>
      {open.length + standing.length > 0 && (
        <Section title="What became worse">
          {open.map((incident) => <Open key={incident.id} incident={incident} />)}
          {standing.map((decision) => <Standing key={decision.id} decision={decision} />)}
        </Section>
      )}
      {closed.length > 0 && (
        <Section title="What is over">
          <Table
            caption="Closed incidents" rows={closed} idOf={({ id }) => id}
            columns={[
              { head: "since", cell: ({ opened_at_ms }) => moment(opened_at_ms) },
              { head: "what", isWide: true, cell: ({ title }) => title },
              { head: "cause", isWide: true, cell: ({ cause }) => cause },
              { head: "closed by", cell: ({ closed_by }) => closed_by ?? "" },
            ]}
          />
        </Section>
      )}
    </>
  );
}

function Open({ incident }: { incident: Incident }) {
  const close = useWrite("incidents.close", ["monitor.show", "today.show"]);
  const may = useMay("editor");
  return (
    <Card tone="fail">
      <div className={css.incident}>
        <p><strong>{incident.title}</strong> {incident.simulated && <Simulated />}</p>
        <p>{incident.cause}</p>
        <p className="soft">
          {incident.metric}: {rate(incident.mean)} {interval("rate", incident)} · n {count(incident.n)}, level {rate(incident.level)} · since {moment(incident.began_at_ms ?? incident.opened_at_ms)}
        </p>
        {incident.action && <p>{incident.action}</p>}
        {close.error && <ProblemShown thrown={close.error} />}
        {may && <Button isBusy={close.isPending} onClick={() => close.mutate({ id: incident.id })}>Close: it is over</Button>}
      </div>
    </Card>
  );
}

function Standing({ decision }: { decision: Decision }) {
  const undo = useWrite("decisions.undo", ["monitor.show", "waterfall.show", "today.show"]);
  const may = useMay("editor");
  return (
    <Card tone="undecided">
      <div className={css.incident}>
        <p><strong>{decision.order[0]} answers first now</strong>: {decision.order.join(", ")}</p>
        <p className="soft">The file says {decision.before.join(", ")}. Decided {moment(decision.at_ms)}, because {decision.because}</p>
        {undo.error && <ProblemShown thrown={undo.error} />}
        {may && <Button isBusy={undo.isPending} onClick={() => undo.mutate({ feature: decision.feature })}>Undo: the file's order</Button>}
      </div>
    </Card>
  );
}
