// Pure. What differs between two contents of a case, field by field.
import type { CaseRow, Json } from "../../../api/contract.ts";
import { fieldsOf, textOf } from "../../../parts/value.ts";

export interface FieldDifference {
  field: string;
  before: string;
  after: string;
}

export function differences(before: CaseRow, after: CaseRow): FieldDifference[] {
  return [
    ...inside("input", before.input, after.input),
    ...inside("desired", before.expected, after.expected),
    ...whole("tags", before.tags.join(", "), after.tags.join(", ")),
    ...inside("metadata", before.metadata, after.metadata),
    ...whole("split", before.split, after.split),
  ];
}

function inside(name: string, before: Json, after: Json): FieldDifference[] {
  const first = fieldsOf(before);
  const second = fieldsOf(after);
  if (!first || !second) return whole(name, textOf(before), textOf(after));
  const names = [...new Set([...first, ...second].map(([field]) => field))];
  const value = (fields: [string, Json][], field: string) => textOf(fields.find(([each]) => each === field)?.[1]);
  const isOne = names.length === 1;
  return names.flatMap((field) => whole(isOne ? name : `${name}.${field}`, value(first, field), value(second, field)));
}

function whole(field: string, before: string, after: string): FieldDifference[] {
  return before === after ? [] : [{ field, before, after }];
}
