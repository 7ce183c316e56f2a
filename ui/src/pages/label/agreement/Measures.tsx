// Agreement beyond chance: 0 is what chance gives, 1 is full agreement.
import type { AgreementShown } from "../../../api/contract.ts";
import { Card } from "../../../parts/Page.tsx";
import { percent } from "../../../parts/scale.ts";
import { count } from "../../../says/number.ts";
import css from "./Agreement.module.css";
import { measure } from "./says.ts";

export function Measures({ measures }: { measures: AgreementShown["measures"] }) {
  const least = Math.min(0, ...measures.map(({ lower }) => lower ?? 0));
  const at = (value: number) => `${percent(value, [least, 1])}%`;
  return (
    <Card>
      <ul className={css.measures}>
        {measures.map((each) => (
          <li key={each.name} className={css.measure}>
            <span><b>{each.name}</b><br /><span className="tiny">{measure(each)} <span className="soft">· n {count(each.n)}</span></span></span>
            <svg className={css.line} role="img" aria-label={`${each.name} ${measure(each)}, ${count(each.n)} items; 0 is chance, 1 is full agreement`}>
              <line className={css.axis} x1="0" x2="100%" y1="50%" y2="50%" />
              <line className={css.zero} x1={at(0)} x2={at(0)} y1="15%" y2="85%" />
              {each.lower !== null && each.upper !== null && <line className={css.bar} x1={at(each.lower)} x2={at(each.upper)} y1="50%" y2="50%" />}
              {each.value !== null && <circle className={css.point} cx={at(each.value)} cy="50%" r="4.5" />}
            </svg>
            <span>{each.says}</span>
          </li>
        ))}
      </ul>
      <p className="soft tiny">The line runs from {least < 0 ? least.toFixed(1).replace("-", "−") : "0"} to 1; the dashes mark 0, what chance alone gives.</p>
    </Card>
  );
}
