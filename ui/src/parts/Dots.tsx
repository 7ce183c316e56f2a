// A promise as a grid of a hundred dots: good for sure, nobody can say yet, not good for sure.
import css from "./Dots.module.css";

interface Props {
  good: number;
  bad: number;
  /** What a good one is, for example `right`. */
  word?: string;
}

export function Dots({ good, bad, word = "right" }: Props) {
  const open = Math.max(0, 100 - good - bad);
  const kinds = [...Array<string>(good).fill("good"), ...Array<string>(open).fill("open"), ...Array<string>(bad).fill("bad")].slice(0, 100);
  return (
    <figure className={css.dots}>
      <svg viewBox="0 0 346 90" role="img" aria-label={`Of 100, at least ${good} ${word}, ${open} cannot be said yet, at least ${bad} not`}>
        {kinds.map((kind, index) => (
          <circle key={index} className={css[kind]} cx={9 + (index % 20) * 17.2} cy={9 + Math.floor(index / 20) * 17.2} r={kind === "good" ? 6 : 5.3} />
        ))}
      </svg>
      <figcaption>
        <Row kind="good" says={`${good} ${word}, at least`} />
        {open > 0 && <Row kind="open" says={`${open} we cannot say yet`} />}
        {bad > 0 && <Row kind="bad" says={`${bad} not, at least`} />}
      </figcaption>
    </figure>
  );
}

function Row({ kind, says }: { kind: string; says: string }) {
  return (
    <span>
      <svg viewBox="0 0 14 14" width="14" height="14" aria-hidden="true"><circle className={css[kind]} cx="7" cy="7" r={kind === "good" ? 5.5 : 5} /></svg>
      {says}
    </span>
  );
}
