// How many cases each segment has: the fuller, the darker; holes are drawn as holes and said in words.
import type { CSSProperties } from "react";
import type { HealthCheck } from "../../../api/contract.ts";
import { count } from "../../../says/number.ts";
import css from "./Health.module.css";

export function Coverage({ rows }: { rows: HealthCheck["rows"] }) {
  const most = Math.max(1, ...rows.map(({ n }) => n));
  return (
    <div className={css.room} role="group" aria-label="Cases by segment" tabIndex={0}>
      <table className={css.heat}>
        <caption className="hidden-but-read">Cases by segment; darker means more</caption>
        <thead><tr><th scope="col">segment</th><th scope="col">cases</th><th scope="col"><span className="hidden-but-read">note</span></th></tr></thead>
        <tbody>
          {rows.map(({ label, n, of, note }) => (
            <tr key={label}>
              <th scope="row">{label}</th>
              <td data-count="true" data-hole={n === 0} style={{ "--share": Math.sqrt(n / most) } as CSSProperties}>{n === 0 ? "none" : count(n)} of {count(of)}</td>
              <td>{note ?? ""}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
