// The top of a page and its sections.
import { type ReactNode, useEffect, useId } from "react";
import css from "./Page.module.css";

interface Head {
  title: string;
  /** One line beside the title. */
  says?: ReactNode;
  /** Buttons to the right. */
  children?: ReactNode;
}

export function PageHead({ title, says, children }: Head) {
  useEffect(() => {
    document.title = `${title} · Karat`;
  }, [title]);
  return (
    <div className={css.head}>
      <h1>{title}</h1>
      {says !== undefined && <p>{says}</p>}
      {children && <div className={css.aside}>{children}</div>}
    </div>
  );
}

export function Section({ title, aside, children }: { title: string; aside?: ReactNode; children: ReactNode }) {
  const id = useId();
  return (
    <section className={css.section} aria-labelledby={id}>
      <div className={css.title}><h2 id={id}>{title}</h2>{aside && <div>{aside}</div>}</div>
      {children}
    </section>
  );
}

/** A box with a hairline; parts of a page stand in it. */
export function Card({ children, tone }: { children: ReactNode; tone?: "gold" | "pass" | "fail" | "undecided" }) {
  return <div className={css.card} data-tone={tone}>{children}</div>;
}
