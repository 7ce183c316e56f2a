// Which answers to look at first.
import { useRef } from "react";
import type { LiveWorst } from "../../api/contract.ts";
import { Go } from "../../parts/Go.tsx";
import { useListKeys } from "../../parts/listKeys.ts";
import { Section } from "../../parts/Page.tsx";
import { Simulated, Tag } from "../../parts/Tag.tsx";
import { ago } from "../../says/time.ts";
import css from "./Live.module.css";
import { WHY } from "./words.ts";

export function Worst({ worst }: { worst: readonly LiveWorst[] }) {
  const room = useRef<HTMLUListElement>(null);
  useListKeys(room);
  return (
    <Section title="Look at these first">
      {worst.length === 0 && <p className="soft">No thumb down, no undo, no dismissal and no failure in this time.</p>}
      {worst.length > 0 && (
        <ul ref={room} className={css.worst}>
          {worst.map(({ inference, at_ms, why, said, variant, unproven, simulated, asked, answered }) => (
            <li key={inference}>
              <div>
                <Go to={`/live/${inference}`} data-row="">{WHY[why]}</Go>
                <p className="soft tiny">{ago(at_ms)} · {variant ?? "no variant"} {unproven && <Tag>unproven</Tag>} {simulated && <Simulated />}</p>
              </div>
              <div>
                <p>{asked || <span className="soft">what was asked is not kept</span>}</p>
                {answered && <p className="soft">{answered}</p>}
                {said && <p className="tiny">said: {said}</p>}
              </div>
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
}
