// The queues: what waits for me, what is disputed, what is agreed, and how much more would decide something.
import { useRef, useState } from "react";
import { useMay } from "../../api/session.ts";
import { useOperation } from "../../api/use.ts";
import { oneOf, useFilters } from "../../app/place.ts";
import { useKeys } from "../../keys/use.ts";
import { Button } from "../../parts/Button.tsx";
import { Empty } from "../../parts/Empty.tsx";
import { useListKeys } from "../../parts/listKeys.ts";
import { PageHead } from "../../parts/Page.tsx";
import { Reading } from "../../parts/Reading.tsx";
import { Tabs } from "../../parts/Tabs.tsx";
import { plural } from "../../says/number.ts";
import css from "./Label.module.css";
import { Mine } from "./Mine.tsx";
import { OpenQueueDialog } from "./open/OpenQueueDialog.tsx";
import { PromoteDialog } from "./promote/PromoteDialog.tsx";
import { QueueRow } from "./QueueRow.tsx";

export default function Label() {
  const queues = useOperation("labels.queues", {}, { every: 15_000 });
  const [filters] = useFilters();
  const view = oneOf(["mine"], filters.view);
  const [isOpening, setOpening] = useState(filters.open !== undefined);
  const [promoting, setPromoting] = useState<string | null>(null);
  const mayOpen = useMay("editor");
  const mayLabel = useMay("labeller");
  const room = useRef<HTMLUListElement>(null);
  useListKeys(room, view === undefined);
  useKeys({ "label.open": mayOpen ? () => setOpening(true) : undefined });
  const all = queues.data?.queues;
  const n_mine = all?.reduce((sum, queue) => sum + queue.n_mine, 0);
  const first = all?.find((queue) => queue.n_mine > 0)?.name;
  const promoted = all?.find(({ name }) => name === promoting);
  return (
    <>
      <PageHead title="Label" says={n_mine === undefined || !mayLabel ? undefined : n_mine > 0 ? `${plural(n_mine, "item waits", "items wait")} for you` : "nothing waits for you"}>
        {mayOpen && <Button onClick={() => setOpening(true)}>Open a queue <kbd>N</kbd></Button>}
      </PageHead>
      <Tabs label="Label" tabs={[{ name: "Queues", to: "/label", isHere: !view, n: all?.length }, ...(mayLabel ? [{ name: "My pace", to: "/label?view=mine", isHere: view === "mine" }] : [])]} />
      {view === "mine" && mayLabel ? <Mine /> : (
        <Reading query={queues}>
          {({ queues: shown }) => shown.length === 0
            ? (
              <Empty says="No queue is open. A queue asks people one question about cases, new inputs or answers of a run; what they agree on becomes gold.">
                {mayOpen ? <Button kind="loud" onClick={() => setOpening(true)}>Open a queue</Button> : <span className="soft">An editor opens one.</span>}
              </Empty>
            )
            : (
              <ul ref={room} className={css.queues}>
                {shown.map((queue) => <QueueRow key={queue.name} queue={queue} isFirst={queue.name === first} onPromote={() => setPromoting(queue.name)} />)}
              </ul>
            )}
        </Reading>
      )}
      {isOpening && <OpenQueueDialog onClose={() => setOpening(false)} />}
      {promoted && <PromoteDialog queue={promoted} onClose={() => setPromoting(null)} />}
    </>
  );
}
