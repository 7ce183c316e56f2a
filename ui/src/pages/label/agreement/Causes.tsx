// Why disputes arose: what to mend first.
import type { AgreementShown } from "../../../api/contract.ts";
import { count } from "../../../says/number.ts";
import css from "./Agreement.module.css";
import { causeWord } from "./says.ts";

export function Causes({ causes }: { causes: AgreementShown["causes"] }) {
  const most = Math.max(1, ...causes.map(({ n }) => n));
  const total = causes.reduce((sum, { n }) => sum + n, 0);
  return (
    <ul className={css.causes}>
      {causes.map(({ cause, n }) => (
        <li key={cause} className={css.cause}>
          <span>{causeWord(cause)}</span>
          <span><i aria-hidden="true" style={{ width: `${(n / most) * 70}%` }} /> {count(n)} <small className="soft">of {count(total)}</small></span>
        </li>
      ))}
    </ul>
  );
}
