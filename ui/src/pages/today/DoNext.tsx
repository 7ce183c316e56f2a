// What to do next, at most five; the first is always doable now and the only loud one.
import type { Step } from "../../api/contract.ts";
import { GoButton } from "../../parts/Button.tsx";
import { Command } from "../../parts/Command.tsx";
import { Section } from "../../parts/Page.tsx";
import css from "./DoNext.module.css";

export function DoNext({ steps, title }: { steps: readonly Step[]; title: string }) {
  return (
    <Section title={title}>
      <ol className={css.steps}>
        {steps.slice(0, 5).map((step, index) => (
          <li key={`${step.page} ${step.title}`}>
            <i aria-hidden="true">{index + 1}</i>
            <div>
              <p>{step.title}</p>
              <small>{step.why}</small>
              {step.command && <Command text={step.command} />}
            </div>
            <GoButton kind={index === 0 ? "loud" : "plain"} to={step.page} data-row="" aria-label={`${step.label}: ${step.title}`}>
              {step.label}{index === 0 && <span aria-hidden="true">↵</span>}
            </GoButton>
          </li>
        ))}
      </ol>
    </Section>
  );
}
