// One queue: what is asked, where its items stand, and what can be done about them.
import type { Queue } from "../../api/contract.ts";
import { useMay } from "../../api/session.ts";
import { Button, GoButton } from "../../parts/Button.tsx";
import { Go } from "../../parts/Go.tsx";
import { count, plural } from "../../says/number.ts";
import { span } from "../../says/time.ts";
import { guidelineSays, modeSays, queuePath } from "./options.ts";
import css from "./QueueRow.module.css";
import { standing } from "./standing.ts";
import { asSentence } from "../../says/sentence.ts";

export function QueueRow({ queue, isFirst, onPromote }: { queue: Queue; isFirst: boolean; onPromote: () => void }) {
  const mayLabel = useMay("labeller");
  const mayWrite = useMay("editor");
  const { parts, n_ready } = standing(queue);
  const pace = [
    queue.pace_seconds !== null && `${span(queue.pace_seconds)} each`,
    queue.seconds_left !== null && queue.n_mine > 0 && `about ${span(queue.seconds_left)} left`,
  ].filter(Boolean).join(" · ");
  return (
    <li className={css.queue}>
      <div className={css.about}>
        <h2><Go to={queuePath(queue.name, mayLabel ? "" : "agreement")} data-row="">{queue.name}</Go> <span className="soft">{queue.feature}</span></h2>
        <p className={css.question}>{queue.question}</p>
        <p className="soft tiny">{queue.overlap === 1 ? "one person each" : `${queue.overlap} people each`} · {queue.mode.replaceAll("-", " ")} · {guidelineSays(queue.guideline_version)} · opened by {queue.made_by}</p>
        {queue.mode === "assisted" && <p className="tiny">{modeSays("assisted", false)}</p>}
      </div>
      <div className={css.stand}>
        <div className={css.bar} aria-hidden="true">
          {parts.map(({ kind, n }) => <i key={kind} data-kind={kind} style={{ flexGrow: n }} />)}
        </div>
        <p className={css.parts}>{parts.map(({ kind, n, word }) => <span key={kind} data-kind={kind}><b>{count(n)}</b> {word}</span>)}<span className="soft">of {count(queue.n_items)}</span></p>
        {queue.stop_rule && <p>{asSentence(queue.stop_rule)}</p>}
      </div>
      <div className={css.doing}>
        {mayLabel && queue.n_mine > 0 && <GoButton kind={isFirst ? "loud" : "plain"} to={queuePath(queue.name)}>Label {count(queue.n_mine)}</GoButton>}
        {mayLabel && queue.n_mine === 0 && <span className="soft tiny">nothing waits for you</span>}
        {pace && <span className="soft tiny">{pace}</span>}
        <span className={css.more}>
          {queue.n_disputed > 0 && <GoButton to={queuePath(queue.name, "disputes")}>{plural(queue.n_disputed, "dispute")}</GoButton>}
          {mayWrite && n_ready > 0 && <Button onClick={onPromote}>Make {count(n_ready)} gold</Button>}
          <Go to={queuePath(queue.name, "agreement")}>Agreement</Go>
          <Go to={queuePath(queue.name, "guideline")}>Guideline</Go>
        </span>
      </div>
    </li>
  );
}
