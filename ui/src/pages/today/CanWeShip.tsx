// Each feature with its verdict, its number as a picture, and the sentence that a person would say.
import type { TodayFeature } from "../../api/contract.ts";
import { address } from "../../app/search.ts";
import { Behind } from "../../parts/Behind.tsx";
import { Go } from "../../parts/Go.tsx";
import { Interval } from "../../parts/Interval.tsx";
import { Section } from "../../parts/Page.tsx";
import { domainOf } from "../../parts/scale.ts";
import { Sentence } from "../../parts/Sentence.tsx";
import { Table } from "../../parts/Table.tsx";
import { Simulated } from "../../parts/Tag.tsx";
import { VerdictMark } from "../../parts/VerdictMark.tsx";
import { amount, count, interval } from "../../says/number.ts";
import css from "./CanWeShip.module.css";

export function CanWeShip({ features }: { features: readonly TodayFeature[] }) {
  const rates = domainOf(features.flatMap(({ measured }) => (measured?.unit === "rate" ? [measured] : [])));
  return (
    <Section title="Can we ship it">
      <ul className={css.rows}>
        {features.map((feature) => (
          <li key={feature.name} className={css.row}>
            <div className={css.name}>
              <Go to={address("/gate", { feature: feature.name })} data-row="">{feature.name}</Go>
              <span>{feature.variant_note} {feature.simulated && <Simulated />}</span>
              {feature.incident !== null && <span className={css.worse}>{feature.incident}</span>}
              {feature.has_drifted && <span className={css.drifted}>changed since it was judged</span>}
            </div>
            <VerdictMark verdict={feature.verdict} word={feature.word} />
            <div>
              {feature.measured && (
                <Interval
                  measured={feature.measured} verdict={feature.verdict} bound={boundOf(feature)}
                  domain={feature.measured.unit === "rate" ? rates : undefined}
                />
              )}
            </div>
            <p className={css.says}>
              <Sentence text={feature.says} strong={feature.says_strong} />
              <span>{feature.detail}</span>
            </p>
          </li>
        ))}
      </ul>
      <Behind><Numbers features={features} /></Behind>
    </Section>
  );
}

function boundOf({ measured }: TodayFeature): string {
  if (measured?.unit === "gain") return "the rules";
  return measured?.demand?.includes(" at most ") ? "limit" : "floor";
}

function Numbers({ features }: { features: readonly TodayFeature[] }) {
  const rows = features.filter(({ measured }) => measured !== null);
  return (
    <Table
      caption="What the pictures show" rows={rows} idOf={({ name }) => name}
      columns={[
        { head: "feature", cell: ({ name }) => name },
        { head: "metric", cell: ({ measured }) => measured?.metric },
        { head: "measured", isNumber: true, cell: ({ measured }) => (measured?.estimate === null || !measured ? "–" : amount(measured.unit, measured.estimate)) },
        { head: "interval", isNumber: true, cell: ({ measured }) => measured && interval(measured.unit, measured) },
        { head: "bound", isNumber: true, cell: ({ measured }) => (measured?.floor == null ? "–" : amount(measured.unit, measured.floor)) },
        { head: "n", isNumber: true, cell: ({ measured }) => measured && count(measured.n) },
        { head: "verdict", cell: ({ verdict, word }) => <VerdictMark verdict={verdict} word={word} /> },
      ]}
    />
  );
}
