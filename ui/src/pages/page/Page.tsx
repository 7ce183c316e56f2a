// The page to forward, as whoever receives it will see it.
import { useRef, useState } from "react";
import { useOperation } from "../../api/use.ts";
import { useFeature, useFeatures } from "../../app/feature.ts";
import { oneOf, useFilters } from "../../app/place.ts";
import { address } from "../../app/search.ts";
import { useKeys } from "../../keys/use.ts";
import { Button, GoButton } from "../../parts/Button.tsx";
import { Command, copy } from "../../parts/Command.tsx";
import { Empty } from "../../parts/Empty.tsx";
import { PageHead } from "../../parts/Page.tsx";
import { Reading } from "../../parts/Reading.tsx";
import { Tabs } from "../../parts/Tabs.tsx";
import css from "./Page.module.css";
import { Sheet } from "./Sheet.tsx";

const AUDIENCES = ["leader", "team"] as const;

export default function Page() {
  const [filters, setFilters] = useFilters();
  const feature = useFeature();
  const { isKnown } = useFeatures();
  const audience = oneOf(AUDIENCES, filters.audience) ?? "leader";
  const run = filters.run ?? "latest";
  const runs = useOperation("runs.list", { feature, limit: 1 }, { when: isKnown });
  const source = address(`/page/${encodeURIComponent(run)}`, { feature: filters.run ? undefined : feature, audience });
  const frame = useRef<HTMLIFrameElement>(null);
  const [isCopied, setCopied] = useState(false);
  const print = () => frame.current?.contentWindow?.print();
  const copyLink = async () => {
    setCopied(await copy(new URL(source, location.origin).href));
    setTimeout(() => setCopied(false), 2000);
  };
  useKeys({
    "page.audience": () => setFilters({ audience: audience === "leader" ? "team" : "leader" }),
    "page.print": print,
    "page.copy": () => void copyLink(),
  });
  const to = (who: string) => address("/page", { ...filters, audience: who === "leader" ? undefined : who });
  return (
    <>
      <PageHead title="Page" says="What you forward: one page, no sign-in, no script">
        {runs.data && runs.data.runs.length > 0 && (
          <>
            <Button onClick={copyLink}>{isCopied ? "copied" : "Copy the link"}</Button>
            <Button onClick={print}>Print</Button>
            <a className={css.download} data-kind="loud" href={source} download={`karat-${feature ?? "report"}-${audience}.html`}>Download</a>
          </>
        )}
      </PageHead>
      <Reading query={runs}>
        {({ runs: found }) => found.length === 0 && !filters.run
          ? (
            <Empty says="There is nothing to forward yet. The page is made from a run; the first one takes a minute.">
              <GoButton kind="loud" to={address("/evals/start", { feature })}>Start a run</GoButton>
              <Command text="karat eval" />
            </Empty>
          )
          : (
            <>
              <Tabs
                label="Audience"
                tabs={[
                  { name: "For who decides", to: to("leader"), isHere: audience === "leader" },
                  { name: "For the team", to: to("team"), isHere: audience === "team" },
                ]}
              />
              <Sheet ref={frame} source={source} title={`The page about ${feature ?? "this project"}, ${audience === "leader" ? "for who decides" : "for the team"}`} />
              <p className={css.note}>The link opens for people who have joined; the download opens anywhere.</p>
              <Command text={`karat show ${run} --format html --output page.html`} />
            </>
          )}
      </Reading>
    </>
  );
}
