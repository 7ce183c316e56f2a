// The prototypes of a feature: how often they were tried, what people thought, and how to close one.
import { useState } from "react";
import type { Prototype } from "../../api/contract.ts";
import { useOperation, useWrite } from "../../api/use.ts";
import { Behind } from "../../parts/Behind.tsx";
import { Button } from "../../parts/Button.tsx";
import { Dialog } from "../../parts/Dialog.tsx";
import { Empty } from "../../parts/Empty.tsx";
import { MeasuredText } from "../../parts/MeasuredText.tsx";
import { Section } from "../../parts/Page.tsx";
import { ProblemShown } from "../../parts/Problem.tsx";
import { Reading } from "../../parts/Reading.tsx";
import { Table } from "../../parts/Table.tsx";
import { Simulated } from "../../parts/Tag.tsx";
import { count, plural, usd } from "../../says/number.ts";
import { ago, day } from "../../says/time.ts";
import css from "./Prototypes.module.css";

export function Prototypes({ feature, mayEdit, onPublish }: { feature: string; mayEdit: boolean; onPublish: () => void }) {
  const query = useOperation("prototypes.list", { feature });
  const [closing, setClosing] = useState<Prototype | null>(null);
  return (
    <Section title="Prototypes" aside={mayEdit && (query.data?.prototypes.length ?? 0) > 0 ? <Button onClick={onPublish}>Publish a prototype</Button> : undefined}>
      <Reading query={query}>
        {({ prototypes }) => prototypes.length === 0
          ? <Empty says="A link lets people without an account try a variant on a phone. Their thumbs come back here.">{mayEdit && <Button onClick={onPublish}>Publish a prototype</Button>}</Empty>
          : (
            <Table
              caption="Prototypes that were published" rows={prototypes} idOf={({ id }) => id}
              columns={[
                { head: "prototype", isWide: true, cell: (one) => <span><b>{one.title}</b> {one.simulated && <Simulated />}<small className={css.small}>{one.variant} · <code>{one.path_hint}</code></small></span> },
                { head: "open", cell: (one) => (one.is_open ? `until ${day(one.expires_at_ms)}` : <span className="soft">closed</span>) },
                { head: "tried", isNumber: true, cell: ({ n_tried, n_most, spent_usd }) => <>{count(n_tried)} <span className="soft">of {count(n_most)}{spent_usd > 0 && `, ${usd(spent_usd)}`}</span></> },
                { head: "thumbs up", cell: (one) => <><Thumbs prototype={one} /><Comments prototype={one} /></> },
                { head: "withdraw", isHeadHidden: true, cell: (one) => mayEdit && one.is_open && <Button kind="danger" aria-label={`Withdraw ${one.title}`} onClick={() => setClosing(one)}>Withdraw</Button> },
              ]}
            />
          )}
      </Reading>
      {closing && <Withdraw prototype={closing} onClose={() => setClosing(null)} />}
    </Section>
  );
}

function Thumbs({ prototype }: { prototype: Prototype }) {
  return prototype.thumbs_up ? <MeasuredText measured={prototype.thumbs_up} /> : <span className="soft">no thumb yet</span>;
}

function Comments({ prototype: { comments } }: { prototype: Prototype }) {
  if (comments.length === 0) return null;
  return (
    <Behind says={plural(comments.length, "comment")}>
      <ul className={css.comments}>
        {comments.map(({ text, at_ms, thumb }) => <li key={`${at_ms} ${text}`}>{text} <small className="soft">thumb {thumb}, {ago(at_ms)}</small></li>)}
      </ul>
    </Behind>
  );
}

function Withdraw({ prototype, onClose }: { prototype: Prototype; onClose: () => void }) {
  const withdraw = useWrite("prototypes.withdraw", ["prototypes.list"]);
  return (
    <Dialog title={`Withdraw ${prototype.title}`} onClose={onClose}>
      <div className={css.withdraw}>
        <p>The link stops working at once and for everybody. What was recorded stays.</p>
        {withdraw.error && <ProblemShown thrown={withdraw.error} />}
        <p>
          <Button kind="danger" isBusy={withdraw.isPending} onClick={() => withdraw.mutate({ id: prototype.id }, { onSuccess: onClose })}>Withdraw it</Button>{" "}
          <Button onClick={onClose}>Leave it open</Button>
        </p>
      </div>
    </Dialog>
  );
}
