// How a judgement stands while it goes on: never a spinner, always what is known.
import type { Before } from "../../api/contract.ts";
import { Bar } from "../../parts/Bar.tsx";
import { Card } from "../../parts/Page.tsx";
import { count, usd } from "../../says/number.ts";
import css from "./Standing.module.css";

interface Going {
  done: number;
  total: number;
  failures: number;
  cost_usd: number;
  standing: string;
}

export function Standing({ before, progress, title = before?.title }: { before: Before | null; progress: Going | null; title?: string }) {
  return (
    <div className={css.standing}>
      <Card>
        <div className={css.inside} role="status">
          {title && <p className="soft">{title}</p>}
          {!progress && (before?.power ?? []).map((says) => <p key={says}>{says}</p>)}
          {progress && (
            <>
              <p className={css.says}>{progress.standing || "No case is judged yet."}</p>
              <p className="soft tiny">
                {count(progress.done)} of {count(progress.total)} answers
                {progress.failures > 0 && ` · ${count(progress.failures)} failed`}
                {progress.cost_usd > 0 && ` · ${usd(progress.cost_usd)}`}
              </p>
            </>
          )}
          {!progress && !before && <p>The cases are being laid out.</p>}
        </div>
        {progress && <Bar done={progress.done} total={progress.total} label="How far the judgement is" />}
      </Card>
    </div>
  );
}
