// What models cost for a million tokens, and who says so.
import { useState } from "react";
import { useOperation } from "../../../api/use.ts";
import { Fields, Input } from "../../../parts/Field.tsx";
import { Section } from "../../../parts/Page.tsx";
import { Reading } from "../../../parts/Reading.tsx";
import { Table } from "../../../parts/Table.tsx";
import { count, usd } from "../../../says/number.ts";
import { writtenDay } from "../../../says/time.ts";
import css from "./Providers.module.css";

/** More rows than anybody reads. */
const MOST = 60;

const price = (value: number | null) => (value === null ? <span className="soft">unknown</span> : usd(value));

export function Prices() {
  const prices = useOperation("prices.list", {});
  const [typed, setTyped] = useState("");
  return (
    <Section title="Prices" aside={prices.data && `US dollars for a million tokens, as of ${writtenDay(prices.data.as_of)}`}>
      <Reading query={prices}>
        {({ prices: all }) => {
          const shown = all.filter(({ model }) => model.toLowerCase().includes(typed.trim().toLowerCase()));
          return (
            <div className={css.form}>
              {all.length > 12 && <Fields><Input label={`Find one of ${all.length} models`} type="search" value={typed} onChange={(event) => setTyped(event.target.value)} /></Fields>}
              {shown.length === 0
                ? <p className="soft">{all.length === 0 ? "No price is known." : "No model is called that."} A price in karat.toml is taken before a built-in one.</p>
                : (
                  <Table
                    caption="Prices of models" rows={shown.slice(0, MOST)} idOf={({ model, source }) => `${model} ${source}`}
                    columns={[
                      { head: "model", cell: ({ model }) => model },
                      { head: "input", isNumber: true, cell: ({ input_usd }) => price(input_usd) },
                      { head: "cached input", isNumber: true, cell: ({ cached_input_usd }) => price(cached_input_usd) },
                      { head: "output", isNumber: true, cell: ({ output_usd }) => price(output_usd) },
                      { head: "source", cell: ({ source }) => source },
                    ]}
                  />
                )}
              {shown.length > MOST && <p className="soft tiny">The first {MOST} of {count(shown.length)}. A few letters find the others.</p>}
            </div>
          );
        }}
      </Reading>
    </Section>
  );
}
