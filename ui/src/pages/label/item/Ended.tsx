// Nothing is left for this person: why, and where to go from here.
import type { Queue } from "../../../api/contract.ts";
import { GoButton, Button } from "../../../parts/Button.tsx";
import { Empty } from "../../../parts/Empty.tsx";
import { plural } from "../../../says/number.ts";
import { queuePath } from "../options.ts";
import { asSentence } from "../../../says/sentence.ts";

interface Props {
  name: string;
  because: string;
  n_sent: number;
  queue: Queue | null;
  onAgain: () => void;
}

export function Ended({ name, because, n_sent, queue, onAgain }: Props) {
  const done = n_sent > 0 ? `${plural(n_sent, "label")} from you in this sitting. ` : "";
  const stop = queue?.stop_rule ?? "";
  return (
    <Empty says={`${done}${asSentence(because)}${stop && ` ${asSentence(stop)}`}`}>
      {(queue?.n_disputed ?? 0) > 0 && <GoButton kind="loud" to={queuePath(name, "disputes")}>Settle {plural(queue?.n_disputed ?? 0, "dispute")}</GoButton>}
      <GoButton to={queuePath(name, "agreement")}>See how people agree</GoButton>
      <GoButton to="/label">Other queues</GoButton>
      <Button kind="quiet" onClick={onAgain}>Look again</Button>
    </Empty>
  );
}
