// Where rows come in: pasted, dropped or chosen. Once they are in, one line says what they are.
import { type DragEvent, useId, useRef, useState } from "react";
import type { Preview } from "../../api/contract.ts";
import { Button } from "../../parts/Button.tsx";
import { plural } from "../../says/number.ts";
import css from "./Rows.module.css";
import { EXAMPLE, unreadable } from "./rows.ts";

interface Props {
  text: string;
  fileName: string | null;
  preview: Preview | undefined;
  /** `isWhole` where the text came at once and not letter by letter. */
  onText: (text: string, fileName: string | null, isWhole: boolean) => void;
}

export function Rows({ text, fileName, preview, onText }: Props) {
  const [isOpen, setOpen] = useState(text.trim() === "");
  const [isOver, setOver] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const chooser = useRef<HTMLInputElement>(null);
  const id = useId();

  const take = (next: string, name: string | null) => {
    setProblem(null);
    setOpen(false);
    onText(next, name, true);
  };
  const read = async (file: File | undefined) => {
    if (!file) return;
    const why = unreadable(file);
    if (why) setProblem(why);
    else take(await file.text(), file.name);
  };
  const drop = {
    onDragOver: (event: DragEvent) => { event.preventDefault(); setOver(true); },
    onDragLeave: () => setOver(false),
    onDrop: (event: DragEvent) => {
      event.preventDefault();
      setOver(false);
      const file = event.dataTransfer.files[0];
      if (file) void read(file);
      else take(event.dataTransfer.getData("text/plain"), null);
    },
  };
  const choose = (
    <>
      <Button onClick={() => chooser.current?.click()}>Choose a file</Button>
      <input ref={chooser} type="file" hidden accept=".csv,.tsv,.txt,.jsonl,.json,text/*" aria-label="A file with rows" onChange={(event) => { void read(event.target.files?.[0]); event.target.value = ""; }} />
    </>
  );
  const said = problem && <p className={css.problem} role="alert">{problem}</p>;

  if (!isOpen && text !== "") {
    return (
      <div className={css.in} data-over={isOver} {...drop}>
        <p role="status">
          <b>{preview ? plural(preview.n_rows, "row") : "Rows"}</b>
          {preview && `, ${preview.format.toUpperCase()}`}{fileName && `, from ${fileName}`}
        </p>
        <Button kind="quiet" onClick={() => setOpen(true)}>Edit the text</Button>
        <Button kind="quiet" onClick={() => { setOpen(true); onText("", null, true); }}>Start over</Button>
        {said}
      </div>
    );
  }
  return (
    <div className={css.room} data-over={isOver} {...drop}>
      <label htmlFor={id}>Paste cells from a spreadsheet, CSV or JSONL, with the names of the columns in the first line; or drop a file here.</label>
      <textarea
        id={id} rows={text ? 10 : 9} value={text} spellCheck={false} autoFocus={text === ""} placeholder={EXAMPLE} autoComplete="off"
        onPaste={(event) => {
          const pasted = event.clipboardData.getData("text/plain");
          if (text.trim() !== "" || !pasted.trim()) return;
          event.preventDefault();
          take(pasted, null);
        }}
        onChange={(event) => onText(event.target.value, null, false)}
      />
      <div className={css.foot}>
        {choose}
        {text.trim() !== "" && <Button onClick={() => setOpen(false)}>Done with the text</Button>}
        <small className="soft">One column holds what users wrote. Others may hold the desired answer and what candidates answered.</small>
      </div>
      {said}
    </div>
  );
}
