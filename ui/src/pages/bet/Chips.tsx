// Words as chips: Enter or a comma adds one, Backspace in the empty field takes the last one away.
import { type KeyboardEvent, useRef, useState } from "react";
import css from "./Rules.module.css";
import { withWords } from "./rules.ts";

interface Props {
  label: string;
  /** Whose words they are, for people who hear the page. */
  of: string;
  words: readonly string[];
  mayEdit: boolean;
  /** Without words only a small button stands for it. */
  isFolded: boolean;
  onWords: (words: string[]) => void;
}

export function Chips({ label, of, words, mayEdit, isFolded, onWords }: Props) {
  const [typed, setTyped] = useState("");
  const [isOpen, setOpen] = useState(false);
  const field = useRef<HTMLInputElement>(null);
  if (words.length === 0 && !mayEdit) return null;
  if (words.length === 0 && isFolded && !isOpen) {
    return <button type="button" className={css.more} aria-label={`${label}: add words to ${of}`} onClick={() => { setOpen(true); setTimeout(() => field.current?.focus()); }}>{label} +</button>;
  }
  const add = () => {
    if (typed.trim()) onWords(withWords(words, typed));
    setTyped("");
  };
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>) => {
    if ((event.key === "Enter" && !event.ctrlKey && !event.metaKey) || event.key === ",") {
      event.preventDefault();
      add();
    }
    if (event.key === "Escape") event.currentTarget.closest<HTMLElement>("[data-row]")?.focus();
    if (event.key === "Backspace" && typed === "" && words.length > 0) {
      event.preventDefault();
      onWords(words.slice(0, -1));
    }
  };
  return (
    <span className={css.chips} role="group" aria-label={`${label}, ${of}`}>
      <span>{label}</span>
      {words.map((word, index) => (
        <span key={word} className={css.chip}>
          {word}
          {mayEdit && (
            <button type="button" aria-label={`Take ${word} away from ${of}`} onClick={() => { onWords(words.filter((_, at) => at !== index)); field.current?.focus(); }}>×</button>
          )}
        </span>
      ))}
      {mayEdit && (
        <input
          ref={field} value={typed} placeholder="word" size={8} aria-label={`${label}: another word for ${of}`} spellCheck={false} autoComplete="off"
          onChange={(event) => setTyped(event.target.value)} onKeyDown={onKeyDown} onBlur={() => { add(); setOpen(false); }}
        />
      )}
    </span>
  );
}
