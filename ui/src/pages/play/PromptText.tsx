// The text of a prompt and the variables in it; what the inputs do not have is named.
import { useRef } from "react";
import { TextArea } from "../../parts/Field.tsx";
import { variables } from "./draft.ts";
import css from "./Prompt.module.css";

interface Props {
  text: string;
  fields: readonly string[];
  mayEdit: boolean;
  onText: (text: string) => void;
}

export function PromptText({ text, fields, mayEdit, onText }: Props) {
  const room = useRef<HTMLDivElement>(null);
  const { used, missing, unused } = variables(text, fields);
  const insert = (name: string) => {
    const area = room.current?.querySelector("textarea");
    const at = area?.selectionStart ?? text.length;
    const piece = `{{ ${name} }}`;
    onText(text.slice(0, at) + piece + text.slice(area?.selectionEnd ?? at));
    setTimeout(() => {
      area?.focus();
      area?.setSelectionRange(at + piece.length, at + piece.length);
    });
  };
  return (
    <div ref={room} className={css.text}>
      <TextArea
        label="Text of the prompt" isLabelHidden rows={Math.min(24, Math.max(8, text.split("\n").length + 1))} spellCheck={false} value={text} readOnly={!mayEdit}
        wrong={missing.length > 0 ? `The inputs have no ${missing.map((name) => `{{ ${name} }}`).join(", ")}. They have ${fields.map((name) => `{{ ${name} }}`).join(", ")}.` : null}
        onChange={(event) => onText(event.target.value)}
      />
      <p className={css.variables}>
        <span className="soft">Variables:</span>
        {used.filter((name) => !missing.includes(name)).map((name) => <code key={name}>{`{{ ${name} }}`}</code>)}
        {used.length === 0 && <span>none, so every input gets the same question</span>}
        {mayEdit && unused.map((name) => (
          <button key={name} type="button" onClick={() => insert(name)} aria-label={`Insert ${name}`}>+ <code>{`{{ ${name} }}`}</code></button>
        ))}
      </p>
    </div>
  );
}
