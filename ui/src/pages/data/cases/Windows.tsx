// Very long lists are shown a hundred thousand rows at a time; from here to any row.
import { useState } from "react";
import { Button } from "../../../parts/Button.tsx";
import { Input } from "../../../parts/Field.tsx";
import { count } from "../../../says/number.ts";
import css from "./Grid.module.css";
import { WINDOW, windowOf } from "./pages.ts";

interface Props {
  n: number;
  from: number;
  at: number;
  onShow: (from: number) => void;
  onGo: (index: number) => void;
}

export function Windows({ n, from, onShow, onGo }: Props) {
  const [typed, setTyped] = useState("");
  const { length } = windowOf(from, n);
  const wanted = Number(typed.replace(/[,\s]/g, ""));
  const isRow = Number.isInteger(wanted) && wanted >= 1 && wanted <= n;
  return (
    <div className={css.windows} role="group" aria-label="Part of the list">
      <Button disabled={from === 0} onClick={() => onShow(from - WINDOW)}>← {count(WINDOW)}</Button>
      <p className="tiny">rows {count(from + 1)} to {count(from + length)} of {count(n)}</p>
      <Button disabled={from + WINDOW >= n} onClick={() => onShow(from + WINDOW)}>{count(WINDOW)} →</Button>
      <form onSubmit={(event) => { event.preventDefault(); if (isRow) onGo(wanted - 1); }}>
        <Input label="Row" isLabelHidden placeholder="row" inputMode="numeric" value={typed} wrong={typed !== "" && !isRow ? `1 to ${count(n)}` : null} onChange={(event) => setTyped(event.target.value)} />
        <Button type="submit" disabled={!isRow}>Go</Button>
      </form>
    </div>
  );
}
