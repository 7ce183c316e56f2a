// From one request to a candidate case: one click, and it waits for people to label it; nothing that a user said becomes gold by itself.
import { useState } from "react";
import { useMay } from "../../api/session.ts";
import { useOperation, useWrite } from "../../api/use.ts";
import { useKeys } from "../../keys/use.ts";
import { Button, GoButton } from "../../parts/Button.tsx";
import { Choice, Fields } from "../../parts/Field.tsx";
import { Section } from "../../parts/Page.tsx";
import { ProblemShown } from "../../parts/Problem.tsx";

const PEOPLE = [["1", "one person"], ["2", "two people"], ["3", "three people"]] as const;

export function MakeCase({ inference, feature }: { inference: string; feature: string }) {
  const may = useMay("labeller");
  const [overlap, setOverlap] = useState("1");
  const queues = useOperation("labels.queues", {}, { when: may }).data?.queues;
  // The first candidate of a feature says for all how many people label it.
  const isFirst = queues !== undefined && !queues.some(({ name }) => name === `${feature}-candidates`);
  const make = useWrite("inferences.to_case", ["labels.queues", "labels.next", "today.show"]);
  const send = () => make.mutate({ inference, ...(isFirst && { overlap: Number(overlap) }) });
  useKeys({ "live.case": may && !make.isPending && !make.data ? send : undefined });
  if (!may) return null;
  const made = make.data;
  return (
    <Section title="From here to a case">
      {made
        ? <p><span role="status">{made.says}</span> <GoButton to={`/label/${encodeURIComponent(made.queue)}`}>Open the queue</GoButton></p>
        : (
          <>
            <p className="soft">People label its input blind; what they agree on becomes gold.</p>
            {isFirst && (
              <Fields>
                <Choice label="Who labels it" value={overlap} options={PEOPLE} hint={`Holds for all candidates of ${feature}.`} onChange={(event) => setOverlap(event.target.value)} />
              </Fields>
            )}
            <p><Button isBusy={make.isPending} onClick={send}>Make it a candidate case <kbd>C</kbd></Button></p>
          </>
        )}
      {make.error && <ProblemShown thrown={make.error} />}
    </Section>
  );
}
