// Options with their digits. Pressed once they are chosen; committing is another key.
import type { Json } from "../../../api/contract.ts";
import { useId } from "react";
import type { Option } from "../options.ts";
import css from "./OptionButtons.module.css";

interface Props {
  label: string;
  options: readonly Option[];
  chosen: number;
  isScale?: boolean;
  onChoose: (value: Json) => void;
}

export function OptionButtons({ label, options, chosen, isScale = false, onChoose }: Props) {
  const id = useId();
  return (
    <div role="group" aria-labelledby={id}>
      <h2 id={id} className={css.label}>{label}</h2>
      <div className={css.options} data-scale={isScale}>
        {options.map(({ word, value }, index) => (
          <button
            key={word} type="button" className={css.option} aria-pressed={index === chosen}
            data-field={index === Math.max(0, chosen) ? "value" : undefined}
            // A click leaves the keyboard where it was, so that Enter commits instead of pressing again.
            onMouseDown={(event) => event.preventDefault()}
            onClick={() => onChoose(value)}
          >
            {index < 9 && !isDigit(word, index) && <kbd aria-hidden="true">{index + 1}</kbd>}
            <span>{word}</span>
          </button>
        ))}
      </div>
    </div>
  );
}

/** A scale's option is its own key. */
function isDigit(word: string, index: number): boolean {
  return word === String(index + 1);
}
