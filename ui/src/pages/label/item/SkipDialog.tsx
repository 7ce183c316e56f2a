// Skipping says why: the reasons show what the items or the guideline lack.
import { useState } from "react";
import { Button } from "../../../parts/Button.tsx";
import { Dialog } from "../../../parts/Dialog.tsx";
import { TextArea } from "../../../parts/Field.tsx";
import css from "./SkipDialog.module.css";

const USUAL = ["Not enough context", "Not my field", "Broken input", "Names a person"];

export function SkipDialog({ onSkip, onClose }: { onSkip: (reason: string) => void; onClose: () => void }) {
  const [reason, setReason] = useState("");
  const isGiven = reason.trim() !== "";
  return (
    <Dialog title="Skip this item" onClose={onClose}>
      <form className={css.skip} onSubmit={(event) => { event.preventDefault(); if (isGiven) onSkip(reason.trim()); }}>
        <div className={css.usual}>
          {USUAL.map((each, index) => <Button key={each} data-first={index === 0 ? "" : undefined} onClick={() => onSkip(each)}>{each}</Button>)}
        </div>
        <TextArea label="Another reason" rows={2} value={reason} onChange={(event) => setReason(event.target.value)} onKeyDown={(event) => {
          if (event.key !== "Enter" || event.shiftKey || !isGiven) return;
          event.preventDefault();
          onSkip(reason.trim());
        }} />
        <Button type="submit" disabled={!isGiven}>Skip with this reason</Button>
      </form>
    </Dialog>
  );
}
