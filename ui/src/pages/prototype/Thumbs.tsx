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
        <button type="button" aria-pressed={given === "up"} disabled={isSending} onClick={() => void send("up")}><span aria-hidden="true">👍</span> Yes</button>
        <button type="button" aria-pressed={given === "down"} disabled={isSending} onClick={() => void send("down")}><span aria-hidden="true">👎</span> No</button>
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
