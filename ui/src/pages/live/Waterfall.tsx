// Who answers applications now, in order, and who may not and why: files and decisions together, as the gateway sees them.
import { useOperation } from "../../api/use.ts";
import { Section } from "../../parts/Page.tsx";
import { Reading } from "../../parts/Reading.tsx";
import { Tag } from "../../parts/Tag.tsx";
import css from "./Watched.module.css";

export function Waterfall({ feature }: { feature: string }) {
  // Answering it reads the project's files, so it is asked seldom, and at once when something was decided here.
  const shown = useOperation("waterfall.show", { feature }, { every: 60_000 });
  return (
    <Reading query={shown}>
      {({ answering, refused, is_decided }) => answering.length + refused.length > 0 && (
        <Section title="Waterfall">
          <ol className={css.waterfall} aria-label="Who answers, in order">
            {answering.map(({ variant, is_proven }) => <li key={variant}><strong>{variant}</strong> {is_proven ? "proven" : <Tag title="No proof is about it as it is now">unproven</Tag>}</li>)}
          </ol>
          {answering.length === 0 && <p>Nobody may answer.</p>}
          {is_decided && <p className="soft">In this order by a decision; the file has another.</p>}
          {refused.length > 0 && (
            <ul className={css.refused} aria-label="Who may not answer">
              {refused.map(({ variant, reason }) => <li key={variant}><Tag>refused</Tag> {reason}</li>)}
            </ul>
          )}
        </Section>
      )}
    </Reading>
  );
}
