// What the files said, and when: each content that was ever loaded, with what it changed.
import { useOperation, usePages } from "../../../api/use.ts";
import { oneOf, useFilters } from "../../../app/place.ts";
import { address } from "../../../app/search.ts";
import { Button } from "../../../parts/Button.tsx";
import { Dialog } from "../../../parts/Dialog.tsx";
import { Empty } from "../../../parts/Empty.tsx";
import { Choice } from "../../../parts/Field.tsx";
import { LineDiff } from "../../../parts/LineDiff.tsx";
import { Section } from "../../../parts/Page.tsx";
import { Reading } from "../../../parts/Reading.tsx";
import { Table } from "../../../parts/Table.tsx";
import { moment } from "../../../says/time.ts";
import { SettingsHead } from "../SettingsHead.tsx";
import { linesOfContent } from "./content.ts";
import css from "./History.module.css";

const KINDS = ["project", "prompt", "rules", "schema", "rubric", "tools", "grader", "mvq", "dataset"] as const;

export default function History() {
  const [filters, setFilters] = useFilters();
  const kind = oneOf(KINDS, filters.kind);
  const history = usePages("history.list", { limit: 50, ...(kind && { kind }) });
  const entries = history.data?.pages.flatMap((page) => page.entries);
  const shown = filters.name && filters.hash && filters.of ? { kind: filters.of, name: filters.name, hash: filters.hash } : null;
  return (
    <>
      <SettingsHead here="History" />
      <Section title="What was loaded, and when" aside={<div className={css.kind}><Choice label="Kind" value={kind ?? ""} options={[["", "everything"], ...KINDS.map((each) => [each, each] as const)]} onChange={(event) => setFilters({ kind: event.target.value || undefined })} /></div>}>
        <Reading query={{ data: entries, error: history.error, refetch: history.refetch, isPlaceholderData: history.isPlaceholderData }}>
          {(all) => all.length === 0
            ? <Empty says={kind ? `No content of the kind ${kind} was loaded yet.` : "Nothing was loaded yet."}>{kind && <Button onClick={() => setFilters({ kind: undefined })}>Show everything</Button>}</Empty>
            : (
              <>
                <Table
                  caption="Contents that were loaded" rows={all} idOf={({ kind: each, name, hash, at_ms }) => `${each} ${name} ${hash} ${at_ms}`}
                  to={({ kind: of, name, hash }) => address("/settings/history", { kind, of, name, hash })}
                  columns={[
                    { head: "what", cell: ({ name }) => name },
                    { head: "kind", cell: (entry) => entry.kind },
                    { head: "says", isWide: true, cell: ({ says }) => says },
                    { head: "hash", cell: ({ hash }) => <code>{hash.slice(0, 8)}</code> },
                    { head: "when", cell: ({ at_ms }) => moment(at_ms) },
                  ]}
                />
                {history.hasNextPage && <p className={css.more}><Button isBusy={history.isFetchingNextPage} onClick={() => void history.fetchNextPage()}>Show earlier ones</Button></p>}
              </>
            )}
        </Reading>
      </Section>
      {shown && <Content {...shown} onClose={() => setFilters({ of: undefined, name: undefined, hash: undefined })} />}
    </>
  );
}

function Content({ kind, name, hash, onClose }: { kind: string; name: string; hash: string; onClose: () => void }) {
  const content = useOperation("history.show", { kind, name, hash }, { keep: false });
  return (
    <Dialog title={`${name}, ${kind} ${hash.slice(0, 8)}`} onClose={onClose}>
      <Reading query={content}>
        {({ content: now, before }) => (
          <div className={css.content}>
            <p className="soft">{before === null ? "This is the first content of that name." : "What it changed, against the content before."}</p>
            <LineDiff before={before === null ? "" : linesOfContent(before)} after={linesOfContent(now)} label={`Lines of ${name} that changed`} />
          </div>
        )}
      </Reading>
    </Dialog>
  );
}
