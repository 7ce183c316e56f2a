// A verdict: the sentence, the hundred dots, the variants under each other, what is not known, the next step.
import type { Report, VariantReport } from "../../api/contract.ts";
import { address } from "../../app/search.ts";
import { Behind } from "../../parts/Behind.tsx";
import { GoButton } from "../../parts/Button.tsx";
import { Dots } from "../../parts/Dots.tsx";
import { Interval } from "../../parts/Interval.tsx";
import { MeasuredText } from "../../parts/MeasuredText.tsx";
import { Card } from "../../parts/Page.tsx";
import { domainOf } from "../../parts/scale.ts";
import { Sentence } from "../../parts/Sentence.tsx";
import { Simulated, Tag } from "../../parts/Tag.tsx";
import { VerdictMark } from "../../parts/VerdictMark.tsx";
import { measuredOf, plural, usd } from "../../says/number.ts";
import css from "./Verdict.module.css";
import { mainCriterion, remarks, standing, strongPart } from "./verdict.ts";

/** `isOld` while a newer one is on its way; `isQuiet` where the one loud button stands elsewhere. */
export function Verdict({ report, isOld, isQuiet }: { report: Report; isOld: boolean; isQuiet: boolean }) {
  const { headline, findings, unknowns, feature } = report;
  const beside = report.variants.map((variant) => ({ variant, main: mainCriterion(report, variant) }));
  const domain = domainOf(beside.flatMap(({ main }) => (main ? [measuredOf(main)] : [])));
  return (
    <div className={css.verdict} data-old={isOld}>
      <div className={css.head}>
        <p><VerdictMark verdict={report.verdict} /> {report.simulated && <Simulated />}</p>
        <p className={css.sentence}><Sentence text={headline.sentence} strong={strongPart(headline.sentence)} /></p>
        {headline.good_of_100 !== null && <Dots good={headline.good_of_100} bad={headline.bad_of_100 ?? 0} />}
      </div>
      <ul className={css.variants} aria-label="The variants beside each other">
        {beside.map(({ variant, main }) => {
          const { says, strong } = standing(main);
          return (
            <li key={variant.name}>
              <p>
                <b>{variant.name}</b>
                <small>{kindOf(variant)} {variant.simulated && <Simulated />}</small>
              </p>
              <VerdictMark verdict={variant.verdict?.verdict ?? null} />
              {main ? <Interval measured={measuredOf(main)} verdict={main.verdict} domain={domain} /> : <span />}
              <p>
                <Sentence text={says} strong={strong} />
                <small>
                  {main && <><MeasuredText measured={measuredOf(main)} />{" "}</>}
                  {[...remarks(variant, main), ...costOf(variant)].map((said) => <span key={said}>· {said} </span>)}
                </small>
              </p>
            </li>
          );
        })}
      </ul>
      {findings.length > 0 && <ul className={css.said} aria-label="Findings">{findings.map((finding) => <li key={finding}>{finding}</li>)}</ul>}
      {unknowns.length > 0 && (
        <Behind says={`What we do not know (${unknowns.length})`}>
          <ul className={css.said}>{unknowns.map((unknown) => <li key={unknown}>{unknown}</li>)}</ul>
        </Behind>
      )}
      <Card tone="gold">
        <p className={css.next}><b>Next:</b> {report.next_step}</p>
      </Card>
      <div className={css.ways}>
        <GoButton kind={isQuiet ? "plain" : "loud"} to={address("/gate", { feature })}>Open the gate</GoButton>
        <GoButton to={address("/page", { feature })}>Page to forward</GoButton>
        <GoButton to={address("/play", { feature })}>Play with it</GoButton>
        <small className="soft">
          {plural(report.n_cases, "case")}, {report.trials === 1 ? "answered once each" : `${report.trials} repeats each`}
        </small>
      </div>
    </div>
  );
}

function kindOf(variant: VariantReport) {
  return <>{variant.is_baseline && <Tag>baseline</Tag>} {variant.kind === "recorded" ? "recorded answers" : variant.kind}</>;
}

function costOf({ economy }: VariantReport): string[] {
  return economy.usd_per_1000 === null ? [] : [`${usd(economy.usd_per_1000)} per 1,000`];
}
