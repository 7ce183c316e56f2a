// Between people and single answers to held-out cases: a look is possible, and written down.
import { count } from "../says/number.ts";
import { Button } from "./Button.tsx";
import css from "./Reveal.module.css";

interface Props {
  isRevealed: boolean;
  onReveal: () => void;
  /** How many cases are in reach. */
  n: number;
}

export function Reveal({ isRevealed, onReveal, n }: Props) {
  if (isRevealed) return <p className={css.recorded} role="status">Your look at these held-out cases is recorded and stands on the gate.</p>;
  return (
    <div className={css.reveal}>
      <p>
        <b>{n === 1 ? "This case is" : `These ${count(n)} cases are`} held out.</b> A gate means something only as long as nobody tunes to them.
        Looking is allowed; it is written down with your name and shown on the gate.
      </p>
      <Button onClick={onReveal}>Show them, and record that I looked</Button>
    </div>
  );
}
