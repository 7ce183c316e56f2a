// What each variant gains over the baseline, paired; a line leads to the comparison.
import type { Report } from "../../api/contract.ts";
import { address } from "../../app/search.ts";
import { Forest } from "../../parts/Forest.tsx";
import { Go } from "../../parts/Go.tsx";
import { Section } from "../../parts/Page.tsx";
import css from "./BesideBaseline.module.css";

export function BesideBaseline({ report }: { report: Report }) {
  const beside = report.comparisons.filter(({ first }) => first === report.baseline);
  if (beside.length === 0) return null;
  return (
    <Section title={`Beside ${report.baseline}, the baseline`}>
      <Forest
        caption={`Difference from ${report.baseline} by ${report.primary_metric}`} worse="worse" better="better"
        rows={beside.map((compared) => ({ ...compared, label: compared.second }))}
      />
      {report.comparisons.length > 1 && <p className="soft tiny">The intervals hold for all {report.comparisons.length} pairs of this run together; a comparison of one pair alone has a narrower one.</p>}
      <p className={css.links}>
        Case by case: {beside.map(({ first, second }) => (
          <Go key={second} to={address(`/evals/${report.run_id}/compare`, { first, second })}>{second}</Go>
        ))}
      </p>
    </Section>
  );
}
