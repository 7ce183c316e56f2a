// Makes a candidate case of a row: it goes to the people who label, not straight into the data.
import { useState } from "react";
import type { PlayStart } from "../../api/contract.ts";
import { useWrite } from "../../api/use.ts";
import { Button, GoButton } from "../../parts/Button.tsx";
import { Dialog } from "../../parts/Dialog.tsx";
import { Choice, TextArea } from "../../parts/Field.tsx";
import { ProblemShown } from "../../parts/Problem.tsx";
import { Value } from "../../parts/Value.tsx";
import { textOf } from "../../parts/value.ts";
import { asAnswer, knownAnswers } from "./case.ts";
import css from "./Candidate.module.css";
import type { Row } from "./wishes.ts";

export function Candidate({ start, row, onClose }: { start: PlayStart; row: Row; onClose: () => void }) {
  const known = knownAnswers(start.inputs);
  const has = row.expected !== null;
  const [answer, setAnswer] = useState(() => (known.length === 0 ? (has ? textOf(row.expected) : "") : has ? JSON.stringify(row.expected) : ""));
  const [note, setNote] = useState("");
  const propose = useWrite("play.propose_case", ["labels.queues", "labels.next"]);
  const send = () => {
    const expected = known.length > 0 ? (answer ? (JSON.parse(answer) as unknown) : null) : asAnswer(answer, start.inputs);
    propose.mutate({
      feature: start.feature, input: row.input,
      ...(expected !== null ? { expected } : {}), ...(note.trim() ? { note: note.trim() } : {}), ...(row.case_id !== null ? { from_case: row.case_id } : {}),
    });
  };
  const done = propose.data;
  return (
    <Dialog title="A candidate case" onClose={onClose}>
      {done ? (
        <div className={css.candidate}>
          <p role="status">{done.says}</p>
          <p><GoButton to={`/label/${encodeURIComponent(done.queue)}`}>Open the queue</GoButton> <Button onClick={onClose}>Go on playing</Button></p>
        </div>
      ) : (
        <form className={css.candidate} onSubmit={(event) => { event.preventDefault(); send(); }}>
          <div className={css.input}><Value json={row.input} /></div>
          {known.length > 0
            ? <Choice label="What the answer should be" data-first="" value={answer} options={[["", "not sure; let people say"], ...known]} onChange={(event) => setAnswer(event.target.value)} />
            : <TextArea label="What the answer should be" data-first="" rows={3} value={answer} hint="May stay empty; people who label say it then." onChange={(event) => setAnswer(event.target.value)} />}
          <TextArea label="Why it matters" rows={2} value={note} placeholder="The model answers this differently each time" onChange={(event) => setNote(event.target.value)} />
          <p className="soft">People label it before it counts. {start.answers_hidden}</p>
          {propose.error && <ProblemShown thrown={propose.error} />}
          <div><Button type="submit" isBusy={propose.isPending}>Put it into the queue</Button></div>
        </form>
      )}
    </Dialog>
  );
}
