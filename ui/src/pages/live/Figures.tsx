// What signals say with people as the units: one who clicks much counts as one person.
import type { LiveFigure, LiveFigures } from "../../api/contract.ts";
import { Section } from "../../parts/Page.tsx";
import { Table } from "../../parts/Table.tsx";
import { count, interval, plural, rate } from "../../says/number.ts";

export function Figures({ figures: { figures, n_answers, is_cut } }: { figures: LiveFigures }) {
  if (figures.length === 0) return null;
  return (
    <Section title="With people as the units">
      <p className="soft tiny">{is_cut ? `The newest ${plural(n_answers, "answer")} of this time` : plural(n_answers, "answer")}; intervals are over people, answers without a name each for itself.</p>
      <Table
        caption="Figures with intervals over people" rows={figures} idOf={({ measured }) => measured.name}
        columns={[
          { head: "figure", isWide: true, cell: ({ measured }) => <>{measured.label} <span className="soft tiny">{measured.direction === "neither" ? "" : `more is ${measured.direction}`}</span></> },
          { head: "counted", isNumber: true, cell: ({ measured }) => `${Number(measured.numerator.toFixed(1))} of ${count(measured.denominator)}` },
          { head: "share", isNumber: true, cell: ({ measured }) => shareOf(measured.value, measured.interval) },
          { head: "people", isNumber: true, cell: ({ measured }) => `${count(measured.n_clusters)}${measured.method === "few-users" ? ", few" : ""}` },
          { head: "corrected", isNumber: true, cell: (figure) => correctedWords(figure) },
          { head: "still ripens", isNumber: true, cell: ({ measured }) => count(measured.ripening) },
        ]}
      />
    </Section>
  );
}

function shareOf(value: number | null, ends: { lower: number; upper: number } | null): string {
  if (value === null) return "nothing yet";
  return ends === null ? rate(value) : `${rate(value)} ${interval("rate", ends)}`;
}

/** A detector errs; where that is known, what its rate is without its errors, or why nobody can say. */
export function correctedWords({ corrected }: LiveFigure): string {
  if (corrected === null) return "";
  if (corrected.rate === null) return corrected.refusal ?? "";
  return `${shareOf(corrected.rate, corrected.interval)} by ${plural(corrected.n_labelled, "labelled pair")}${corrected.refusal ? `; ${corrected.refusal}` : ""}`;
}
