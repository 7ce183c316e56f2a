// A dialog: the browser's own, which keeps the focus inside and closes with Escape.
import { type ReactNode, useId, useLayoutEffect, useRef } from "react";
import css from "./Dialog.module.css";

interface Props {
  title: string;
  isTitleHidden?: boolean;
  onClose: () => void;
  children: ReactNode;
}

export function Dialog({ title, isTitleHidden = false, onClose, children }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  // Closing before it is taken away gives the focus back to where it was.
  useLayoutEffect(() => {
    const shown = dialog.current;
    if (shown && !shown.open) shown.showModal();
    // `autoFocus` comes too early here: nothing can be focused before the dialog is open.
    shown?.querySelector<HTMLElement>("[data-first]")?.focus();
    return () => shown?.close();
  }, []);
  return (
    <dialog
      ref={dialog} className={css.dialog} aria-labelledby={id}
      onCancel={(event) => { event.preventDefault(); onClose(); }}
      onPointerDown={(event) => { if (event.target === dialog.current) onClose(); }}
    >
      <div className={css.inside}>
        <div className={isTitleHidden ? "hidden-but-read" : css.head}>
          <h2 id={id}>{title}</h2>
          {!isTitleHidden && <button type="button" aria-label="Close" onClick={onClose}>✕</button>}
        </div>
        {children}
      </div>
    </dialog>
  );
}

/** True where a page's keys that work in text must leave what was pressed to the dialog above it. */
export function isDialogOpen(): boolean {
  return document.querySelector("dialog[open]") !== null;
}
