// What is demanded, before anything was judged.
import type { GateShown } from "../../api/contract.ts";
import { Table } from "../../parts/Table.tsx";
import { Tag } from "../../parts/Tag.tsx";

export function Demands({ gate }: { gate: GateShown }) {
  return (
    <Table
      caption="Criteria" rows={gate.criteria} idOf={({ name }) => name}
      columns={[
        { head: "criterion", cell: ({ name, advisory }) => <><b>{name}</b> {advisory && <Tag>advisory</Tag>}</> },
        { head: "demand", isWide: true, cell: ({ demand }) => demand },
      ]}
    />
  );
}
