// How fast I label, and how often what I said is what holds in the end.
import { useOperation } from "../../api/use.ts";
import { Empty } from "../../parts/Empty.tsx";
import { GoButton } from "../../parts/Button.tsx";
import { MeasuredText } from "../../parts/MeasuredText.tsx";
import { Reading } from "../../parts/Reading.tsx";
import { Table } from "../../parts/Table.tsx";
import { span } from "../../says/time.ts";
import { queuePath } from "./options.ts";

export function Mine() {
  const mine = useOperation("labels.mine", {});
  return (
    <Reading query={mine}>
      {({ queues }) => queues.length === 0
        ? <Empty says="You have not labelled anything yet. Your pace and how often you agree with the final label will stand here; only you see them."><GoButton to="/label">See the queues</GoButton></Empty>
        : (
          <>
            <Table
              caption="My labels by queue" rows={queues} idOf={({ queue }) => queue} to={({ queue }) => queuePath(queue)}
              columns={[
                { head: "queue", cell: ({ queue }) => queue },
                { head: "labels", isNumber: true, cell: ({ n }) => n },
                { head: "each takes", isNumber: true, cell: ({ pace_seconds }) => (pace_seconds === null ? <span className="soft">not known yet</span> : span(pace_seconds)) },
                { head: "same as the final label", isNumber: true, cell: ({ agreed_with_final }) => <MeasuredText measured={agreed_with_final} /> },
              ]}
            />
            <p className="soft tiny">A difference from the final label is no mistake by itself: some items are ambiguous, and some guidelines have gaps.</p>
          </>
        )}
    </Reading>
  );
}
