// Chooses inputs: a sample of the cases that tune, single ones, or one's own.
import { useState } from "react";
import type { Json, PlayStart } from "../../api/contract.ts";
import { useFilters } from "../../app/place.ts";
import { Button } from "../../parts/Button.tsx";
import { Dialog } from "../../parts/Dialog.tsx";
import { Choice as Pick, Fields, Input } from "../../parts/Field.tsx";
import { textOf } from "../../parts/value.ts";
import { plural } from "../../says/number.ts";
import { type Choice, drawn, matching, SIZES, tagsOf } from "./choice.ts";
import css from "./Inputs.module.css";
import { Own } from "./Own.tsx";

interface Props {
  start: PlayStart;
  choice: Choice;
  own: Record<string, Json>[];
  onOwn: (own: Record<string, Json>[]) => void;
  onClose: () => void;
}

export function Inputs({ start, choice, own, onOwn, onClose }: Props) {
  const [{ find = "", tag = "", cases }, setFilters] = useFilters();
  const [typed, setTyped] = useState(find);
  const found = matching(start.inputs, find, tag);
  const chosen = new Set(choice.cases.map(({ case_id }) => case_id));
  const tags = tagsOf(start.inputs);
  const toggle = (id: string) => {
    const next = new Set(chosen);
    if (!next.delete(id)) next.add(id);
    setFilters({ cases: [...next].join(",") || "," });
  };
  return (
    <Dialog title="Inputs" onClose={onClose}>
      <div className={css.inputs}>
        <p className="soft">{start.answers_hidden}</p>
        <Own fields={start.input_fields} own={own} onOwn={onOwn} />
        {start.inputs.length > 0 && (
          <>
            <Fields>
              <Input label="Find in the inputs" type="search" value={typed} onChange={(event) => { setTyped(event.target.value); setFilters({ find: event.target.value, cases: undefined }); }} />
              {tags.length > 0 && <Pick label="Tag" value={tag} options={[["", "any"], ...tags.map((each) => [each, each] as const)]} onChange={(event) => setFilters({ tag: event.target.value, cases: undefined })} />}
              <Pick
                label="How many" value={cases ? "" : String(choice.cases.length)}
                options={[...(cases ? [["", "chosen one by one"] as const] : []), ...sizes(found.length, choice.cases.length).map((n) => [String(n), `the first ${n}`] as const)]}
                onChange={(event) => setFilters({ inputs: event.target.value, cases: undefined })}
              />
              <Button onClick={() => setFilters({ cases: drawn(found, Math.min(12, found.length), Math.random).map(({ case_id }) => case_id).join(",") })}>Draw {Math.min(12, found.length)} by chance</Button>
            </Fields>
            <p role="status" className="soft tiny">{plural(found.length, "case")} found, {chosen.size} chosen</p>
            <ul className={css.list} aria-label="Cases that tune" tabIndex={0}>
              {found.map((input) => (
                <li key={input.case_id}>
                  <label>
                    <input type="checkbox" checked={chosen.has(input.case_id)} onChange={() => toggle(input.case_id)} />
                    <span>{Object.values(input.input).map(textOf).join(" · ")}</span>
                    {input.expected !== null && <small className="soft">{textOf(input.expected)}</small>}
                  </label>
                </li>
              ))}
            </ul>
          </>
        )}
        <div><Button onClick={onClose}>Done</Button></div>
      </div>
    </Dialog>
  );
}

function sizes(n_found: number, now: number): number[] {
  return [...new Set([...SIZES.filter((size) => size < n_found), n_found, now])].filter((n) => n > 0).sort((first, second) => first - second);
}
