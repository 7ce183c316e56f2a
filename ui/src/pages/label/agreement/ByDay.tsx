// Agreement day by day, with whiskers; the table behind it says the same.
import type { AgreementShown } from "../../../api/contract.ts";
import { Behind } from "../../../parts/Behind.tsx";
import { Table } from "../../../parts/Table.tsx";
import { count, interval, rate } from "../../../says/number.ts";
import { writtenDay } from "../../../says/time.ts";
import css from "./Agreement.module.css";

type Day = AgreementShown["by_day"][number];

const HEIGHT = 96;

export function ByDay({ days }: { days: readonly Day[] }) {
  const x = (index: number) => `${((index + 0.5) / days.length) * 100}%`;
  const y = (share: number) => 4 + (1 - share) * (HEIGHT - 8);
  const every = Math.ceil(days.length / 8);
  return (
    <figure>
      <svg className={css.days} role="img" aria-label={`Share of items on which people agree, by day: ${days.map((day) => `${writtenDay(day.day)} ${rate(day.raw)} ${interval("rate", day)}, n ${day.n}`).join("; ")}`}>
        {[0, 0.5, 1].map((share) => <line key={share} className={css.axis} x1="0" x2="100%" y1={y(share)} y2={y(share)} />)}
        {days.map((day, index) => (
          <g key={day.day}>
            <line className={css.bar} x1={x(index)} x2={x(index)} y1={y(day.upper)} y2={y(day.lower)} />
            <circle className={css.point} cx={x(index)} cy={y(day.raw)} r="4" />
            {index % every === 0 && <text x={x(index)} y={HEIGHT + 16} textAnchor="middle">{writtenDay(day.day)}</text>}
          </g>
        ))}
      </svg>
      <figcaption>
        <p className="soft tiny">Lines mark 0, 0.5 and 1.</p>
        <Behind>
          <Table
            caption="Agreement by day" rows={days} idOf={({ day }) => day}
            columns={[
              { head: "day", cell: ({ day }) => writtenDay(day) },
              { head: "items", isNumber: true, cell: ({ n }) => count(n) },
              { head: "say the same", isNumber: true, cell: ({ raw }) => rate(raw) },
              { head: "interval", isNumber: true, cell: (day) => interval("rate", day) },
            ]}
          />
        </Behind>
      </figcaption>
    </figure>
  );
}
