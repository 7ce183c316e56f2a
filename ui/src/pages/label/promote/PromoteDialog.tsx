// Makes agreed labels gold: says first what will be written and where, afterwards what was.
import { useState } from "react";
import type { Promoted, Queue } from "../../../api/contract.ts";
import { useOperation, useWrite } from "../../../api/use.ts";
import { Button, GoButton } from "../../../parts/Button.tsx";
import { Dialog } from "../../../parts/Dialog.tsx";
import { Choice, Fields } from "../../../parts/Field.tsx";
import { Card } from "../../../parts/Page.tsx";
import { ProblemShown } from "../../../parts/Problem.tsx";
import { count, plural } from "../../../says/number.ts";
import { queuePath } from "../options.ts";
import { standing } from "../standing.ts";
import css from "./PromoteDialog.module.css";

const SPLITS = [["", "all; new cases tune"], ["tune", "only those that tune"], ["gate", "only held-out ones; new cases are held out"]] as const;

export function PromoteDialog({ queue, onClose }: { queue: Queue; onClose: () => void }) {
  const datasets = useOperation("datasets.list", {}).data?.datasets ?? [];
  const usual = datasets.find(({ features }) => features.includes(queue.feature)) ?? datasets[0];
  const [chosen, setChosen] = useState<string | null>(null);
  const [split, setSplit] = useState<"" | "tune" | "gate">("");
  const dataset = datasets.find(({ name }) => name === chosen) ?? usual;
  const promote = useWrite("labels.promote", ["labels.queues", "datasets.list", "datasets.cases", "datasets.versions", "datasets.health", "today.show"]);
  const file = split === "gate" ? (dataset?.gate_file ?? dataset?.file) : dataset?.file;
  const wish = { queue: queue.name, ...(dataset && { dataset: dataset.name }), ...(split && { split }) };
  const plan = useOperation("labels.promotion", wish, { when: dataset !== undefined }).data;
  const { n_ready } = standing(queue);
  const n_open = queue.n_items - n_ready - queue.n_gold;
  return (
    <Dialog title={promote.data ? "Gold" : `Make ${plural(n_ready, "label")} gold`} onClose={onClose}>
      {promote.data ? <Done promoted={promote.data} onClose={onClose} /> : (
        <div className={css.promote}>
          <Fields>
            <Choice label="Dataset" value={dataset?.name ?? ""} options={datasets.map(({ name }) => [name, name] as const)} onChange={(event) => setChosen(event.target.value)} />
            <Choice label="Which cases" value={split} options={SPLITS} onChange={(event) => setSplit(event.target.value as typeof split)} />
          </Fields>
          <Card>
            <ul className={css.says}>
              {plan && <li><b>{count(plan.n_added)}</b> added, <b>{count(plan.n_changed)}</b> changed, {count(plan.n_left_out)} left out, in <code>{plan.file}</code>. {plan.says}</li>}
              {!plan && <li><b>{plural(n_ready, "agreed or settled label")}</b> {n_ready === 1 ? "is" : "are"} written{file && <> to <code>{file}</code></>}.</li>}
              {!plan && <li>An item that is a case already changes what that case desires; any other item is added as a new case.</li>}
              <li>Labels made with AI shown never count for gates and are left out of held-out cases.</li>
              {n_open > 0 && <li>{count(n_open)} without an agreed label {n_open === 1 ? "stays" : "stay"} in the queue.</li>}
              {dataset && <li>The dataset is at version <code>{dataset.version.slice(0, 12)}</code> with {plural(dataset.n, "case")}; a new version follows and the old one stays readable.</li>}
            </ul>
          </Card>
          {promote.error && <ProblemShown thrown={promote.error} />}
          <div className={css.end}>
            <Button kind="loud" isBusy={promote.isPending} onClick={() => promote.mutate(wish)}>Write them</Button>
            {queue.n_disputed > 0 && <GoButton to={queuePath(queue.name, "disputes")}>Settle {plural(queue.n_disputed, "dispute")} first</GoButton>}
          </div>
        </div>
      )}
    </Dialog>
  );
}

function Done({ promoted, onClose }: { promoted: Promoted; onClose: () => void }) {
  const { dataset, version, before } = promoted;
  const path = `/data/${encodeURIComponent(dataset)}`;
  return (
    <div className={css.promote} role="status">
      <p>{promoted.says}</p>
      <Card tone="gold">
        <p><b className={css.gold}>{count(promoted.n_added)}</b> added · <b className={css.gold}>{count(promoted.n_changed)}</b> changed · {count(promoted.n_left_out)} left out</p>
        <p className="tiny"><code>{promoted.file}</code> is now version <code>{version.slice(0, 12)}</code>, before <code>{before.slice(0, 12)}</code></p>
      </Card>
      <div className={css.end}>
        <GoButton kind="loud" to={`${path}/versions?from=${encodeURIComponent(before)}&to=${encodeURIComponent(version)}`}>See what changed</GoButton>
        <GoButton to={path}>Open the cases</GoButton>
        <Button kind="quiet" onClick={onClose}>Close</Button>
      </div>
    </div>
  );
}
