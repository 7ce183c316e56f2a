// Where a check stands: its shape, its colour, its word.
import type { HealthCheck } from "../../../api/contract.ts";
import { Shape } from "../../../parts/VerdictMark.tsx";
import css from "./Health.module.css";

const SHAPES = { fine: "pass", look: "undecided", mend: "fail" } as const;
const WORDS = { fine: "fine", look: "worth a look", mend: "to mend" } as const;

export function State({ state }: { state: HealthCheck["state"] }) {
  return <span className={css.mark} data-state={state}><Shape verdict={SHAPES[state]} /> {WORDS[state]}</span>;
}
