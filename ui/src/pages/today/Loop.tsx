// From answers to gold and back: what went through the loop.
import type { LoopNumber } from "../../api/contract.ts";
import { Section } from "../../parts/Page.tsx";
import css from "./Loop.module.css";

export function Loop({ numbers }: { numbers: readonly LoopNumber[] }) {
  return (
    <Section title="The loop">
      <ul className={css.loop}>
        {numbers.map(({ value, says, is_gold }) => (
          <li key={says} data-gold={is_gold}><b>{value}</b><span>{says}</span></li>
        ))}
      </ul>
    </Section>
  );
}
