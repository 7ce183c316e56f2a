// Between people and single answers to held-out cases: a look is possible, and written down.
import { useMay } from "../api/session.ts";
import { count } from "../says/number.ts";
import { Button } from "./Button.tsx";
import css from "./Reveal.module.css";

interface Props {
  isRevealed: boolean;
  onReveal: () => void;
  /** How many are not shown. */
  n: number;
}

export function Reveal({ isRevealed, onReveal, n }: Props) {
  const mayLook = useMay("editor");
  if (isRevealed) return <p className={css.recorded} role="status">Your look at these held-out cases is recorded and stands on the gate.</p>;
  return (
    <div className={css.reveal}>
      <p>
        <b>{n === 1 ? "One is" : `${count(n)} are`} held out.</b> A gate means something only as long as nobody tunes to them.{" "}
        {mayLook ? "Looking is allowed; it is written down with your name and shown on the gate." : "Editors may look; each look is written down and shown on the gate."}
      </p>
      {mayLook && <Button onClick={onReveal}>Show them, and record that I looked</Button>}
    </div>
  );
}
