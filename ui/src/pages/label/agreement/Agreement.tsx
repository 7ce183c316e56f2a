// How far people agree: sentences, then measures with their intervals, then what stands behind them.
import { useOperation } from "../../../api/use.ts";
import { useParam } from "../../../app/place.ts";
import { GoButton } from "../../../parts/Button.tsx";
import { Empty } from "../../../parts/Empty.tsx";
import { Card, Section } from "../../../parts/Page.tsx";
import { Reading } from "../../../parts/Reading.tsx";
import { Table } from "../../../parts/Table.tsx";
import { count, interval, rate } from "../../../says/number.ts";
import { queuePath } from "../options.ts";
import { QueueHead, useQueue } from "../QueueHead.tsx";
import css from "./Agreement.module.css";
import { ByDay } from "./ByDay.tsx";
import { Causes } from "./Causes.tsx";
import { Measures } from "./Measures.tsx";
import { sentences } from "./says.ts";
import { asSentence } from "../../../says/sentence.ts";

export default function Agreement() {
  const name = useParam("queue");
  const queue = useQueue(name);
  const agreement = useOperation("labels.agreement", { queue: name });
  return (
    <>
      <QueueHead name={name} here="agreement" />
      <Reading query={agreement}>
        {(shown) => (
          <>
            {shown.n_labels === 0
              ? <Empty says="Nobody has labelled anything yet. Two labels on the same item are enough to begin."><GoButton to={queuePath(name)}>Label</GoButton></Empty>
              : (
                <section className={css.says} aria-label="In sentences">
                  {sentences(shown).map((sentence) => <p key={sentence}>{sentence}</p>)}
                  {queue?.mode === "assisted" && !shown.assisted && <p>Labels made with AI shown never count for gates.</p>}
                  {queue?.stop_rule && <p><b>{asSentence(queue.stop_rule)}</b></p>}
                </section>
              )}
            {shown.measures.length > 0 && <Section title="Measures"><Measures measures={shown.measures} /></Section>}
            {shown.base_rates.length > 0 && (
              <Section title="How often each value was given">
                <Table
                  caption="Base rates" rows={shown.base_rates} idOf={({ value }) => value}
                  columns={[
                    { head: "value", cell: ({ value }) => value },
                    { head: "share", isNumber: true, cell: ({ share, n }) => <>{rate(share)} <span className="soft">· {count(share * n)} of {count(n)} labels</span></> },
                  ]}
                />
              </Section>
            )}
            {shown.pairs.length > 0 && (
              <Section title="Pairs of people">
                <Table
                  caption="Agreement by pair" rows={shown.pairs} idOf={({ first, second }) => `${first} ${second}`}
                  columns={[
                    { head: "pair", cell: ({ first, second }) => `${first} and ${second}` },
                    { head: "items", isNumber: true, cell: ({ n }) => count(n) },
                    { head: "say the same", isNumber: true, cell: ({ raw, n }) => <>{rate(raw)} <span className="soft">· n {count(n)}</span></> },
                    { head: "kappa", isNumber: true, cell: ({ kappa, lower, upper, n }) => (kappa === null ? <span className="soft">not known</span> : <>{rate(kappa)} <span className="soft">{interval("rate", { lower, upper })} · n {count(n)}</span></>) },
                  ]}
                />
              </Section>
            )}
            {shown.by_day.length > 0 && <Section title="By day"><Card><ByDay days={shown.by_day} /></Card></Section>}
            {shown.causes.some(({ n }) => n > 0) && <Section title="Why people differed"><Card><Causes causes={shown.causes} /></Card></Section>}
          </>
        )}
      </Reading>
    </>
  );
}
