// The sheet of keys that `?` opens: those that do something on this page, from the one list.
import { useState } from "react";
import { heading, places } from "../keys/markdown.ts";
import { drawn, isSingle } from "../keys/registry.ts";
import { singleKeysAreOn, switchSingleKeys, useLiveKeys } from "../keys/use.ts";
import { Dialog } from "../parts/Dialog.tsx";
import css from "./KeySheet.module.css";

export function KeySheet({ onClose }: { onClose: () => void }) {
  const live = useLiveKeys();
  const [isOn, setOn] = useState(singleKeysAreOn);
  const change = (next: boolean) => {
    switchSingleKeys(next);
    setOn(next);
  };
  return (
    <Dialog title="Keys" onClose={onClose}>
      <div className={css.sheet}>
        {places(live).map((place) => (
          <section key={place} aria-label={heading(place)}>
            <h2>{heading(place)}</h2>
            <dl>
              {live.filter((key) => key.place === place).map((key) => (
                <div key={key.id} data-off={isSingle(key) && !isOn}>
                  <dt><kbd>{drawn(key.keys)}</kbd></dt>
                  <dd>{key.says}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
      <label className={css.single}>
        <input type="checkbox" checked={isOn} onChange={(event) => change(event.target.checked)} />
        Keys without Ctrl work. Switch it off if you speak to your computer.
      </label>
    </Dialog>
  );
}
