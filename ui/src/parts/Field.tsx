// What can be filled in: a label, the control, a hint, and what is wrong with it.
import { type InputHTMLAttributes, type ReactNode, type SelectHTMLAttributes, type TextareaHTMLAttributes, useId } from "react";
import css from "./Field.module.css";

interface Around {
  label: ReactNode;
  hint?: ReactNode;
  wrong?: string | null;
  isLabelHidden?: boolean;
}

type Own<P> = Around & Omit<P, "id">;

function useAround({ label, hint, wrong, isLabelHidden }: Around) {
  const id = useId();
  const said = hint || wrong ? `${id}-said` : undefined;
  const around = (control: ReactNode) => (
    <div className={css.field} data-wrong={Boolean(wrong)}>
      <label htmlFor={id} className={isLabelHidden ? "hidden-but-read" : undefined}>{label}</label>
      {control}
      {said && <small id={said}>{wrong ? <b>{wrong}</b> : hint}</small>}
    </div>
  );
  return { around, own: { id, "aria-describedby": said, "aria-invalid": wrong ? true : undefined } };
}

export function Input({ label, hint, wrong, isLabelHidden, ...rest }: Own<InputHTMLAttributes<HTMLInputElement>>) {
  const { around, own } = useAround({ label, hint, wrong, isLabelHidden });
  return around(<input type="text" autoComplete="off" {...rest} {...own} />);
}

export function TextArea({ label, hint, wrong, isLabelHidden, ...rest }: Own<TextareaHTMLAttributes<HTMLTextAreaElement>>) {
  const { around, own } = useAround({ label, hint, wrong, isLabelHidden });
  return around(<textarea rows={4} {...rest} {...own} />);
}

/** `options`: value and word; an empty value stands for no choice. */
export function Choice({ label, hint, wrong, isLabelHidden, options, ...rest }: Own<SelectHTMLAttributes<HTMLSelectElement>> & { options: readonly (readonly [string, string])[] }) {
  const { around, own } = useAround({ label, hint, wrong, isLabelHidden });
  return around(
    <select {...rest} {...own}>
      {options.map(([value, word]) => <option key={value} value={value}>{word}</option>)}
    </select>,
  );
}

export function Check({ label, hint, ...rest }: { label: ReactNode; hint?: ReactNode } & Omit<InputHTMLAttributes<HTMLInputElement>, "id" | "type">) {
  const id = useId();
  return (
    <div className={css.check}>
      <input type="checkbox" {...rest} id={id} aria-describedby={hint ? `${id}-said` : undefined} />
      <label htmlFor={id}>{label}</label>
      {hint && <small id={`${id}-said`}>{hint}</small>}
    </div>
  );
}

/** Fields beside each other, as far as there is room. */
export function Fields({ children }: { children: ReactNode }) {
  return <div className={css.fields}>{children}</div>;
}
