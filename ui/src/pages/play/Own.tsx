// Inputs of one's own. They are kept in this tab and in no address.
import { useState } from "react";
import type { Json } from "../../api/contract.ts";
import { Button } from "../../parts/Button.tsx";
import { TextArea } from "../../parts/Field.tsx";
import { textOf } from "../../parts/value.ts";
import css from "./Inputs.module.css";

interface Props {
  fields: readonly string[];
  own: Record<string, Json>[];
  onOwn: (own: Record<string, Json>[]) => void;
}

export function Own({ fields, own, onOwn }: Props) {
  const [typed, setTyped] = useState<Record<string, string>>({});
  const names = fields.length > 0 ? fields : ["input"];
  const isReady = names.some((name) => (typed[name] ?? "").trim() !== "");
  return (
    <form
      className={css.own}
      onSubmit={(event) => {
        event.preventDefault();
        if (!isReady) return;
        onOwn([...own, Object.fromEntries(names.map((name) => [name, typed[name] ?? ""]))]);
        setTyped({});
      }}
    >
      {own.length > 0 && (
        <ul aria-label="Your own inputs">
          {own.map((input, index) => (
            <li key={index}>
              <span>{Object.values(input).map(textOf).join(" · ")}</span>
              <Button kind="quiet" aria-label={`Take away: ${textOf(input)}`} onClick={() => onOwn(own.filter((_, at) => at !== index))}>Take away</Button>
            </li>
          ))}
        </ul>
      )}
      {names.map((name, index) => (
        <TextArea key={name} label={names.length === 1 ? "An input of your own" : `Your own ${name}`} rows={2} data-first={index === 0 ? "" : undefined} value={typed[name] ?? ""} onChange={(event) => setTyped({ ...typed, [name]: event.target.value })} />
      ))}
      <div><Button type="submit" disabled={!isReady}>Add this input</Button></div>
    </form>
  );
}
