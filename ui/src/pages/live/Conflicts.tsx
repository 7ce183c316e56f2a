// Where a judge and the person who saw the answer differ: each cell opens its answers.
import type { LiveConflict } from "../../api/contract.ts";
import { Go } from "../../parts/Go.tsx";
import { Section } from "../../parts/Page.tsx";
import { count, plural } from "../../says/number.ts";
import css from "./Live.module.css";
import { shareWords } from "./words.ts";

export function Conflicts({ conflicts }: { conflicts: readonly LiveConflict[] }) {
  return (
    <Section title="Judges beside people">
      {conflicts.map((conflict) => <Matrix key={conflict.scorer} conflict={conflict} />)}
    </Section>
  );
}

function Matrix({ conflict }: { conflict: LiveConflict }) {
  const { scorer, agree, cells, n_undecided } = conflict;
  const cell = (judge: boolean, thumb: boolean) => cells.find(({ judge_is_good, thumb_is_up }) => judge_is_good === judge && thumb_is_up === thumb);
  const shown = (judge: boolean, thumb: boolean) => {
    const found = cell(judge, thumb);
    return (
      <div className={judge === thumb ? undefined : css.differs}>
        <b>{count(found?.n ?? 0)}</b>
        <span className="tiny">{found?.inferences.map((id, index) => <span key={id}><Go to={`/live/${id}`} aria-label={`Answer ${index + 1} that ${scorer} calls ${judge ? "good" : "bad"} with a thumb ${thumb ? "up" : "down"}`}>{index + 1}</Go> </span>)}</span>
      </div>
    );
  };
  return (
    <>
      <p><b>{scorer}</b> and people say the same: {shareWords(agree)}{n_undecided > 0 && `; undecided about ${plural(n_undecided, "more", "more")}`}</p>
      <div className={css.cells}>
        <div /><div className="soft tiny">thumb up</div><div className="soft tiny">thumb down</div>
        <div className="soft tiny">judge: good</div>{shown(true, true)}{shown(true, false)}
        <div className="soft tiny">judge: bad</div>{shown(false, true)}{shown(false, false)}
      </div>
    </>
  );
}
