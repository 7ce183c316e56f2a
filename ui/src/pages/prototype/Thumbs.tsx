// A thumb for an answer, and a comment for those who have one.
import { useEffect, useRef, useState } from "react";
import { Button } from "../../parts/Button.tsx";
import { TextArea } from "../../parts/Field.tsx";
import { ProblemShown } from "../../parts/Problem.tsx";
import { type Thumb, thumb } from "./door.ts";
import css from "./Prototype.module.css";

export function Thumbs({ token, answerId }: { token: string; answerId: string }) {
  const [given, setGiven] = useState<Thumb | null>(null);
  const [comment, setComment] = useState("");
  const [state, setState] = useState<"open" | "sending" | "sent">("open");
  const [thrown, setThrown] = useState<unknown>(null);
  const latest = useRef({ given, comment, state });
  latest.current = { given, comment, state };

  const send = async () => {
    const now = latest.current;
    if (!now.given || now.state !== "open") return;
    latest.current = { ...now, state: "sending" };
    setState("sending");
    setThrown(null);
    try {
      await thumb(token, answerId, now.given, now.comment.trim());
      setState("sent");
    } catch (problem) {
      setThrown(problem);
      setState("open");
    }
  };
  // Who presses a thumb and leaves, or asks again, has said something too.
  useEffect(() => {
    const leave = () => void send();
    window.addEventListener("pagehide", leave);
    return () => {
      window.removeEventListener("pagehide", leave);
      leave();
    };
  }, []);

  if (state === "sent") return <p role="status" className={css.thanks}>Recorded: {given === "up" ? "it was what you needed" : "it was not what you needed"}{comment.trim() && ", with your comment"}.</p>;
  return (
    <form className={css.thumbs} onSubmit={(event) => { event.preventDefault(); void send(); }}>
      <p id="thumbs">Is it what you needed?</p>
      <div role="group" aria-labelledby="thumbs">
        <button type="button" aria-pressed={given === "up"} disabled={state === "sending"} onClick={() => setGiven("up")}><Hand /> Yes</button>
        <button type="button" aria-pressed={given === "down"} disabled={state === "sending"} onClick={() => setGiven("down")}><Hand isDown /> No</button>
      </div>
      {given && (
        <>
          <TextArea label={given === "up" ? "What made it good? (if you like)" : "What should it have said? (if you like)"} rows={2} maxLength={1000} value={comment} onChange={(event) => setComment(event.target.value)} />
          <Button type="submit" isBusy={state === "sending"}>Send</Button>
        </>
      )}
      {thrown !== null && <ProblemShown thrown={thrown} />}
    </form>
  );
}

function Hand({ isDown = false }: { isDown?: boolean }) {
  return <svg viewBox="0 0 20 20" aria-hidden="true" data-down={isDown}><path d="M3 9h3v8H3zM6 9l4-7c1.6 0 2.3 1 2 2.5L11.4 8H16c1 0 1.7.9 1.5 1.9l-1.2 5.6c-.2.9-.9 1.5-1.8 1.5H6z" /></svg>;
}
