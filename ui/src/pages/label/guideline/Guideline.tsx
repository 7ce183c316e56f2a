// The guideline: what holds now, who may change it, and what changed from version to version.
import { useState } from "react";
import type { Guideline as Version } from "../../../api/contract.ts";
import { useMay } from "../../../api/session.ts";
import { useOperation, useWrite } from "../../../api/use.ts";
import { useFilters, useParam } from "../../../app/place.ts";
import { Button } from "../../../parts/Button.tsx";
import { Empty } from "../../../parts/Empty.tsx";
import { TextArea } from "../../../parts/Field.tsx";
import { LineDiff } from "../../../parts/LineDiff.tsx";
import { Card, Section } from "../../../parts/Page.tsx";
import { ProblemShown } from "../../../parts/Problem.tsx";
import { Reading } from "../../../parts/Reading.tsx";
import { Table } from "../../../parts/Table.tsx";
import { plural } from "../../../says/number.ts";
import { moment } from "../../../says/time.ts";
import { queuePath } from "../options.ts";
import { QueueHead } from "../QueueHead.tsx";
import css from "./Guideline.module.css";
import { GuidelineText } from "./GuidelineText.tsx";

export default function Guideline() {
  const name = useParam("queue");
  const guideline = useOperation("labels.guideline", { queue: name });
  return (
    <>
      <QueueHead name={name} here="guideline" />
      <Reading query={guideline}>{({ versions }) => <Versions name={name} versions={[...versions].sort((first, second) => second.version - first.version)} />}</Reading>
    </>
  );
}

function Versions({ name, versions }: { name: string; versions: readonly Version[] }) {
  const [filters] = useFilters();
  const mayEdit = useMay("editor");
  const [isEditing, setEditing] = useState(false);
  const now = versions[0];
  const shown = versions.find(({ version }) => String(version) === filters.version) ?? now;
  const before = versions.find(({ version }) => shown !== undefined && version < shown.version);
  if (isEditing) return <Editor name={name} now={now} onClose={() => setEditing(false)} />;
  if (!now || !shown || (now.text.trim() === "" && versions.length === 1)) {
    return <Empty says="No guideline is written yet. A few sentences on the hard cases make people agree sooner than anything else.">{mayEdit && <Button kind="loud" onClick={() => setEditing(true)}>Write it</Button>}</Empty>;
  }
  return (
    <>
      <Section title={`Version ${shown.version}${shown === now ? ", in force" : ""}`} aside={`${shown.by}, ${moment(shown.at_ms)}`}>
        <Card><GuidelineText text={shown.text} /></Card>
        {now.n_stale > 0 && <p className={css.stale}>{plural(now.n_stale, "label")} {now.n_stale === 1 ? "was" : "were"} made under an older version and may no longer hold.</p>}
        {mayEdit && shown === now && <p className={css.edit}><Button kind="loud" onClick={() => setEditing(true)}>Change it</Button></p>}
      </Section>
      {before && <Section title={`What changed from version ${before.version} to ${shown.version}`}><LineDiff before={before.text} after={shown.text} label={`Lines that differ between version ${before.version} and ${shown.version}`} /></Section>}
      {versions.length > 1 && (
        <Section title="Versions">
          <Table
            caption="Versions of the guideline" rows={versions} idOf={({ version }) => String(version)} to={({ version }) => `${queuePath(name, "guideline")}?version=${version}`}
            columns={[
              { head: "version", cell: ({ version }) => `v${version}${version === now.version ? ", in force" : ""}` },
              { head: "by", cell: ({ by }) => by },
              { head: "when", cell: ({ at_ms }) => moment(at_ms) },
            ]}
          />
        </Section>
      )}
    </>
  );
}

function Editor({ name, now, onClose }: { name: string; now: Version | undefined; onClose: () => void }) {
  const [text, setText] = useState(now?.text ?? "");
  const write = useWrite("labels.write_guideline", ["labels.guideline", "labels.queues"]);
  const isSame = text.trim() === (now?.text ?? "").trim();
  return (
    <div className={css.editor}>
      <TextArea label={`Version ${(now?.version ?? 0) + 1}, Markdown`} autoFocus rows={16} value={text} onChange={(event) => setText(event.target.value)} hint="Lines that begin with an id such as R1: can be cited by labels." />
      {now && !isSame && <LineDiff before={now.text} after={text} label="What this version changes" />}
      {write.error && <ProblemShown thrown={write.error} />}
      <div className={css.end}>
        <Button kind="loud" isBusy={write.isPending} disabled={isSame || text.trim() === ""} onClick={() => write.mutate({ queue: name, text }, { onSuccess: onClose })}>Put it in force</Button>
        <Button onClick={onClose}>Leave it as it was</Button>
        <span className="soft tiny">Labels made before keep the version that they were made under.</span>
      </div>
    </div>
  );
}
