// An input or an answer as people read it: text as text, fields with their names. Nothing in it can run.
import type { Json } from "../api/contract.ts";
import { fieldsOf, isPlain } from "./value.ts";
import css from "./Value.module.css";

export function Value({ json, isShort = false }: { json: Json; isShort?: boolean }) {
  const fields = fieldsOf(json);
  if (json === null || json === undefined || json === "") return <span className="soft">nothing</span>;
  if (!fields) return <span className={css.text} data-short={isShort}>{typeof json === "object" ? JSON.stringify(json) : String(json)}</span>;
  if (fields.length === 1 && fields[0] && isPlain(fields[0][1])) {
    return <span className={css.text} data-short={isShort} title={fields[0][0]}>{String(fields[0][1])}</span>;
  }
  return (
    <dl className={css.fields} data-short={isShort}>
      {fields.map(([name, value]) => (
        <div key={name}><dt>{name}</dt><dd>{isPlain(value) ? String(value) : JSON.stringify(value)}</dd></div>
      ))}
    </dl>
  );
}
