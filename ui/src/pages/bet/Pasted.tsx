// The first rows as they were read, and above each column a switch that says what it is.
import type { BetColumns, Preview } from "../../api/contract.ts";
import { Value } from "../../parts/Value.tsx";
import { assign, ROLES, type Role, roleOf } from "./columns.ts";
import css from "./Pasted.module.css";

export function Pasted({ preview, onColumns }: { preview: Preview; onColumns: (columns: BetColumns) => void }) {
  const { names, columns, sample, problems, notes, power } = preview;
  return (
    <div className={css.pasted}>
      {problems.length > 0 && (
        <ul className={css.problems} aria-label="Problems with the rows">
          {problems.map((problem) => <li key={problem}>{problem}</li>)}
        </ul>
      )}
      <div className={css.room} role="region" aria-label="The first rows" tabIndex={0}>
        <table>
          <caption className="hidden-but-read">The first rows, and what each column is</caption>
          <thead>
            <tr>
              {names.map((name) => {
                const role = roleOf(columns, name);
                return (
                  <th key={name} scope="col" data-role={role}>
                    <span>{name}</span>
                    <select aria-label={`What ${name} is`} value={role} onChange={(event) => onColumns(assign(columns, names, name, event.target.value as Role))}>
                      {ROLES.map(([value, word]) => <option key={value} value={value}>{word}</option>)}
                    </select>
                  </th>
                );
              })}
            </tr>
          </thead>
          <tbody>
            {sample.map((row, index) => (
              <tr key={index}>
                {names.map((name) => <td key={name} data-role={roleOf(columns, name)}><Value json={row[name]} isShort /></td>)}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {[...notes, ...(power ? [power] : [])].map((says) => <p key={says} className={css.power}>{says}</p>)}
    </div>
  );
}
