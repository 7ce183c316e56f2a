// What can be done about undecided: label more, promise less, narrow the segment, stop.
import { useState } from "react";
import type { GateShown, Offer } from "../../api/contract.ts";
import { useMay } from "../../api/session.ts";
import { Button, GoButton } from "../../parts/Button.tsx";
import { Section } from "../../parts/Page.tsx";
import { AmendDialog } from "./AmendDialog.tsx";
import css from "./Offers.module.css";

const WORDS: Record<Offer["kind"], string> = { label: "Label", "promise-less": "Promise less", narrow: "Narrow", stop: "Stop" };

/** The first offer is the loud one, unless the page has something louder. */
export function Offers({ gate, isLoud }: { gate: GateShown; isLoud: boolean }) {
  const [amending, setAmending] = useState<Offer["amend"]>(null);
  const mayAmend = useMay("editor");
  return (
    <Section title="What can be done">
      <ol className={css.offers}>
        {gate.offers.map((offer, index) => {
          const kind = isLoud && index === 0 ? "loud" : "plain";
          return (
            <li key={`${offer.kind} ${offer.title}`}>
              <div>
                <p>{offer.title}</p>
                <small>{offer.why}</small>
              </div>
              {offer.amend
                ? mayAmend && <Button kind={kind} onClick={() => setAmending(offer.amend)}>{WORDS[offer.kind]}</Button>
                : offer.page && <GoButton kind={kind} to={offer.page} aria-label={`${WORDS[offer.kind]}: ${offer.title}`}>{WORDS[offer.kind]}</GoButton>}
            </li>
          );
        })}
      </ol>
      {amending && <AmendDialog gate={gate} criterion={amending.criterion} min={amending.min} onClose={() => setAmending(null)} />}
    </Section>
  );
}
