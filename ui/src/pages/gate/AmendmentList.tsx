// What was changed after it was first judged: when, by whom, why. Nothing hides it.
import type { AmendmentShown } from "../../api/contract.ts";
import { Table } from "../../parts/Table.tsx";
import { Tag } from "../../parts/Tag.tsx";
import { writtenDay } from "../../says/time.ts";

export function AmendmentList({ amendments }: { amendments: readonly AmendmentShown[] }) {
  return (
    <Table
      caption="Amendments" rows={amendments} idOf={({ day, what }) => `${day} ${what}`}
      columns={[
        { head: "day", cell: ({ day, is_pending }) => <>{writtenDay(day)} {is_pending && <Tag title="No gate has judged with it yet">not judged yet</Tag>}</> },
        { head: "what", isWide: true, cell: ({ what }) => what },
        { head: "why", cell: ({ reason }) => reason ?? <span className="soft">no reason given</span> },
        { head: "who", cell: ({ by }) => by ?? <span className="soft">in the file</span> },
      ]}
    />
  );
}
