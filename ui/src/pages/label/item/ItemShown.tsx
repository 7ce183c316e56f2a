// What is to be labelled, as a person in the business reads it; the JSON behind it for who wants to check.
import type { Json, LabelItem } from "../../../api/contract.ts";
import { Button } from "../../../parts/Button.tsx";
import { Card } from "../../../parts/Page.tsx";
import { fieldsOf, isPlain } from "../../../parts/value.ts";
import css from "./ItemShown.module.css";

interface Props {
  item: LabelItem;
  isJson: boolean;
  hasContext: boolean;
  onJson: () => void;
  onContext: () => void;
}

export function ItemShown({ item, isJson, hasContext, onJson, onContext }: Props) {
  const context = Object.entries(item.context);
  return (
    <div className={css.item}>
      <Card>
        <h2 className={css.head}>Input</h2>
        {isJson ? <pre className={css.json} tabIndex={0} aria-label="The input as JSON">{JSON.stringify(item.input, null, 2)}</pre> : <Fields json={item.input} />}
        {item.answer !== null && item.answer !== undefined && (
          <div className={css.answer}>
            <h2 className={css.head}>Answer to judge</h2>
            {isJson ? <pre className={css.json} tabIndex={0} aria-label="The answer as JSON">{JSON.stringify(item.answer, null, 2)}</pre> : <Fields json={item.answer} />}
          </div>
        )}
        {hasContext && context.length > 0 && (
          <div className={css.answer}>
            <h2 className={css.head}>Context</h2>
            <Fields json={item.context} />
          </div>
        )}
      </Card>
      <div className={css.tools}>
        {context.length > 0 && <Button kind="quiet" aria-pressed={hasContext} onClick={onContext}>Context <kbd>Space</kbd></Button>}
        <Button kind="quiet" aria-pressed={isJson} onClick={onJson}>JSON <kbd>J</kbd></Button>
      </div>
    </div>
  );
}

/** Fields under their names; text keeps its lines, and nothing in it can run. */
export function Fields({ json }: { json: Json }) {
  const fields = fieldsOf(json);
  if (!fields) return <p className={css.text}>{written(json)}</p>;
  if (fields.length === 1 && fields[0]) return <p className={css.text} title={fields[0][0]}>{written(fields[0][1])}</p>;
  return (
    <dl className={css.fields}>
      {fields.map(([name, value]) => (
        <div key={name}><dt>{name.replaceAll("_", " ")}</dt><dd className={css.text}>{written(value)}</dd></div>
      ))}
    </dl>
  );
}

function written(value: Json): string {
  if (value === null || value === undefined || value === "") return "nothing";
  return isPlain(value) ? String(value) : JSON.stringify(value, null, 2);
}
