// A thumb for an answer, and a comment for those who have one.
import { useState } from "react";
import { Button } from "../../parts/Button.tsx";
import { TextArea } from "../../parts/Field.tsx";
import { ProblemShown } from "../../parts/Problem.tsx";
import { type Thumb, thumb } from "./door.ts";
import css from "./Prototype.module.css";

export function Thumbs({ token, answerId }: { token: string; answerId: string }) {
  const [given, setGiven] = useState<Thumb | null>(null);
  const [comment, setComment] = useState("");
  const [isTold, setTold] = useState(false);
  const [isSending, setSending] = useState(false);
  const [thrown, setThrown] = useState<unknown>(null);

  const send = async (thumbed: Thumb, words?: string) => {
    setSending(true);
    setThrown(null);
    try {
      await thumb(token, answerId, thumbed, words);
      setGiven(thumbed);
      if (words) setTold(true);
    } catch (problem) {
      setThrown(problem);
    }
    setSending(false);
  };
  return (
    <div className={css.thumbs}>
      <p id="thumbs">Is it what you needed?</p>
      <div role="group" aria-labelledby="thumbs">
        <button type="button" aria-pressed={given === "up"} disabled={isSending} onClick={() => void send("up")}><Hand /> Yes</button>
        <button type="button" aria-pressed={given === "down"} disabled={isSending} onClick={() => void send("down")}><Hand isDown /> No</button>
      </div>
      {thrown !== null && <ProblemShown thrown={thrown} />}
      {given && !isTold && (
        <form onSubmit={(event) => { event.preventDefault(); if (comment.trim()) void send(given, comment.trim()); }}>
          <TextArea label={given === "up" ? "What made it good? (if you like)" : "What should it have said? (if you like)"} rows={2} maxLength={2000} value={comment} onChange={(event) => setComment(event.target.value)} />
          <Button type="submit" isBusy={isSending} disabled={!comment.trim()}>Send the comment</Button>
        </form>
      )}
      <p role="status" className="soft">{isTold ? "Recorded, with your comment." : given ? "Recorded." : ""}</p>
    </div>
  );
}

function Hand({ isDown = false }: { isDown?: boolean }) {
  return <svg viewBox="0 0 20 20" aria-hidden="true" data-down={isDown}><path d="M3 9h3v8H3zM6 9l4-7c1.6 0 2.3 1 2 2.5L11.4 8H16c1 0 1.7.9 1.5 1.9l-1.2 5.6c-.2.9-.9 1.5-1.8 1.5H6z" /></svg>;
}
