// From one request to a candidate case: one click, and it waits for people to label it; nothing that a user said becomes gold by itself.
import { useMay } from "../../api/session.ts";
import { useWrite } from "../../api/use.ts";
import { useKeys } from "../../keys/use.ts";
import { Button, GoButton } from "../../parts/Button.tsx";
import { Section } from "../../parts/Page.tsx";
import { ProblemShown } from "../../parts/Problem.tsx";

export function MakeCase({ inference }: { inference: string }) {
  const may = useMay("labeller");
  const make = useWrite("inferences.to_case", ["labels.queues", "labels.next", "today.show"]);
  const send = () => make.mutate({ inference });
  useKeys({ "live.case": may && !make.isPending && !make.data ? send : undefined });
  if (!may) return null;
  const made = make.data;
  return (
    <Section title="From here to a case">
      {made
        ? <p><span role="status">{made.says}</span> <GoButton to={`/label/${encodeURIComponent(made.queue)}`}>Open the queue</GoButton></p>
        : <p className="soft">People label its input blind; what they agree on becomes gold. <Button isBusy={make.isPending} onClick={send}>Make it a candidate case <kbd>C</kbd></Button></p>}
      {make.error && <ProblemShown thrown={make.error} />}
    </Section>
  );
}
