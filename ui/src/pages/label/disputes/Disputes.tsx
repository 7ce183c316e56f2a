// Settling disputes one by one: who said what stays unknown until it is settled.
import { useState } from "react";
import type { Queue } from "../../../api/contract.ts";
import { useMay } from "../../../api/session.ts";
import { useOperation } from "../../../api/use.ts";
import { useParam } from "../../../app/place.ts";
import { GoButton } from "../../../parts/Button.tsx";
import { Empty } from "../../../parts/Empty.tsx";
import { Reading } from "../../../parts/Reading.tsx";
import { plural } from "../../../says/number.ts";
import { queuePath } from "../options.ts";
import { QueueHead, useQueue } from "../QueueHead.tsx";
import { OneDispute } from "./OneDispute.tsx";

export default function Disputes() {
  const name = useParam("queue");
  const queue = useQueue(name);
  const mayLabel = useMay("labeller");
  const disputes = useOperation("labels.disputes", { queue: name }, { when: mayLabel, keep: false });
  return (
    <>
      <QueueHead name={name} here="disputes" />
      {!mayLabel && <Empty says="Whoever labels may settle disputes. Your role is to read." />}
      {mayLabel && queue && (
        <Reading query={disputes}>
          {({ disputes: shown, n_waiting }) => shown.length === 0
            ? (
              <Empty says={n_waiting > 0 ? `${plural(n_waiting, "dispute")} ${n_waiting === 1 ? "waits" : "wait"} for somebody who did not label the item.` : "Nothing is disputed."}>
                <GoButton to={queuePath(name, "agreement")}>See how people agree</GoButton>
                <GoButton to="/label">Other queues</GoButton>
              </Empty>
            )
            : <Walk name={name} queue={queue} disputes={shown} />}
        </Reading>
      )}
    </>
  );
}

function Walk({ name, queue, disputes }: { name: string; queue: Queue; disputes: Parameters<typeof OneDispute>[0]["dispute"][] }) {
  const [at, setAt] = useState(0);
  const index = Math.min(at, disputes.length - 1);
  const dispute = disputes[index];
  if (!dispute) return null;
  const move = (step: 1 | -1) => setAt(Math.max(0, Math.min(disputes.length - 1, index + step)));
  return <OneDispute key={dispute.item} name={name} queue={queue} dispute={dispute} at={index} n={disputes.length} onMove={move} />;
}
