// Every content that the prompt had, and what changed between one of them and the text in hand.
import type { PromptShown } from "../../api/contract.ts";
import { useFilters } from "../../app/place.ts";
import { Behind } from "../../parts/Behind.tsx";
import { Button } from "../../parts/Button.tsx";
import { Tag } from "../../parts/Tag.tsx";
import { plural } from "../../says/number.ts";
import { moment } from "../../says/time.ts";
import { Changes } from "./Changes.tsx";
import css from "./Prompt.module.css";

interface Props {
  shown: PromptShown;
  text: string;
  mayEdit: boolean;
  onRestore: (text: string) => void;
}

export function Versions({ shown, text, mayEdit, onRestore }: Props) {
  const [{ diff: against }, setFilters] = useFilters();
  const version = shown.versions.find(({ hash }) => hash === against);
  const before = against === "saved" ? shown.text : version?.text;
  return (
    <>
      {before !== undefined && (
        <Changes
          title={version ? `Changed since the version of ${moment(version.at_ms)}` : "Changed since it was saved"} before={before} after={text}
          onClose={() => setFilters({ diff: undefined })}
        />
      )}
      {before === undefined && text !== shown.text && <p><Button kind="quiet" onClick={() => setFilters({ diff: "saved" })}>Show what changed</Button></p>}
      {shown.versions.length > 0 && (
        <Behind says={`${plural(shown.versions.length, "version")} of this prompt`} isOpen={version !== undefined}>
          <ol className={css.versions}>
            {shown.versions.map(({ hash, at_ms, text: old, is_current }) => {
              const name = `the version of ${moment(at_ms)}`;
              return (
                <li key={hash}>
                  <span>{moment(at_ms)} <code className="soft">{hash.slice(0, 8)}</code> {is_current && <Tag>saved now</Tag>}</span>
                  <Button kind="quiet" aria-pressed={hash === against} aria-label={`Compare: ${name}`} onClick={() => setFilters({ diff: hash === against ? undefined : hash })}>Compare</Button>
                  {mayEdit && <Button kind="quiet" disabled={old === text} aria-label={`Restore as a draft: ${name}`} onClick={() => onRestore(old)}>Restore as a draft</Button>}
                </li>
              );
            })}
          </ol>
        </Behind>
      )}
    </>
  );
}
