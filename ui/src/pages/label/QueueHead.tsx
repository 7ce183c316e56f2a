// The top of everything about one queue: its name, where it stands, and the way between its parts.
import type { ReactNode } from "react";
import { useMay } from "../../api/session.ts";
import type { Queue } from "../../api/contract.ts";
import { useOperation } from "../../api/use.ts";
import { PageHead } from "../../parts/Page.tsx";
import { Tabs } from "../../parts/Tabs.tsx";
import { queuePath } from "./options.ts";

type Part = "" | "disputes" | "agreement" | "guideline";

export function useQueue(name: string): Queue | undefined {
  return useOperation("labels.queues", {}).data?.queues.find((queue) => queue.name === name);
}

export function QueueHead({ name, here, says, children }: { name: string; here: Part; says?: ReactNode; children?: ReactNode }) {
  const queue = useQueue(name);
  const mayLabel = useMay("labeller");
  const tab = (title: string, part: Part, n?: number) => ({ name: title, to: queuePath(name, part), isHere: here === part, n });
  return (
    <>
      <PageHead title={name} says={says ?? queue?.question}>{children}</PageHead>
      <Tabs
        label={`Parts of the queue ${name}`}
        tabs={[
          ...(mayLabel ? [tab("Label", "", queue?.n_mine)] : []),
          tab("Disputes", "disputes", queue?.n_disputed),
          tab("Agreement", "agreement"),
          tab("Guideline", "guideline"),
        ]}
      />
    </>
  );
}
