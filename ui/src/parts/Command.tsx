// The same thing as a command, to copy.
import { useState } from "react";
import css from "./Command.module.css";

export function Command({ text, says = "The same in the terminal" }: { text: string; says?: string }) {
  const [isCopied, setCopied] = useState(false);
  const copyIt = async () => {
    setCopied(await copy(text));
    setTimeout(() => setCopied(false), 2000);
  };
  return (
    <div className={css.command}>
      <code tabIndex={0} role="group" aria-label={says}>{text}</code>
      <button type="button" onClick={copyIt} aria-label={`Copy: ${text}`}>{isCopied ? "copied" : "copy"}</button>
      <span role="status" className="hidden-but-read">{isCopied ? "copied" : ""}</span>
    </div>
  );
}

/** True where it reached the clipboard; without a secure address the old way is the only one. */
export async function copy(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const area = document.createElement("textarea");
    area.value = text;
    (document.querySelector("dialog[open]") ?? document.body).append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    return done;
  }
}
