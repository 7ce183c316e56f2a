// What can be pressed. `loud` is the one next step of a page; there is never a second.
import type { AnchorHTMLAttributes, ButtonHTMLAttributes, ReactNode } from "react";
import css from "./Button.module.css";
import { Go } from "./Go.tsx";

export type Kind = "loud" | "plain" | "quiet" | "danger";

type Own = { kind?: Kind; children: ReactNode };
type Props = Own & ButtonHTMLAttributes<HTMLButtonElement> & { isBusy?: boolean };

export function Button({ kind = "plain", isBusy = false, disabled, children, ...rest }: Props) {
  return (
    <button type="button" {...rest} className={css.button} data-kind={kind} disabled={disabled || isBusy} aria-busy={isBusy || undefined}>
      {children}
    </button>
  );
}

/** A link that looks like a button. */
export function GoButton({ kind = "plain", to, children, ...rest }: Own & { to: string } & Omit<AnchorHTMLAttributes<HTMLAnchorElement>, "href">) {
  return <Go {...rest} to={to} className={css.button} data-kind={kind}>{children}</Go>;
}
