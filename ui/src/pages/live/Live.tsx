// What a feature does in production: is it as good as we promised, what changed, and which answers to look at first.
import { useOperation } from "../../api/use.ts";
import { useFeature, useFeatures, useFeatureKept } from "../../app/feature.ts";
import { useFilters, useGo } from "../../app/place.ts";
import { address } from "../../app/search.ts";
import { useKeys } from "../../keys/use.ts";
import { GoButton } from "../../parts/Button.tsx";
import { Empty } from "../../parts/Empty.tsx";
import { PageHead } from "../../parts/Page.tsx";
import { Reading } from "../../parts/Reading.tsx";
import { Tabs } from "../../parts/Tabs.tsx";
import { FirstRequest } from "./FirstRequest.tsx";
import css from "./Live.module.css";
import { Overview } from "./Overview.tsx";
import { Requests } from "./Requests.tsx";
import { askOf, longer, WINDOWS, windowOf, WORDS } from "./windows.ts";

export default function Live() {
  useFeatureKept();
  const { isKnown } = useFeatures();
  const feature = useFeature();
  if (feature) return <OneFeature key={feature} feature={feature} />;
  return (
    <>
      <PageHead title="Live" />
      {isKnown && <Empty says="There is no feature yet. A bet on pasted rows makes one."><GoButton kind="loud" to="/bet">Paste rows</GoButton></Empty>}
    </>
  );
}

function OneFeature({ feature }: { feature: string }) {
  const [filters] = useFilters();
  const go = useGo();
  const window = windowOf(filters.window);
  const isRequests = filters.tab === "requests";
  const to = (changed: Record<string, string | undefined>) => address("/live", { feature, window: filters.window, tab: filters.tab, ...changed });
  const live = useOperation("live.show", { feature, ...askOf(window) }, { every: 15_000 });
  useKeys({
    "live.overview": () => go(to({ tab: undefined })),
    "live.requests": () => go(to({ tab: "requests" })),
    "live.longer": () => go(to({ window: longer(window) }), { replace: true }),
  });
  return (
    <>
      <PageHead title={`Live: ${feature}`} says={`the last ${WORDS[window]}`}>
        <nav className={css.windows} aria-label="How far back">
          {WINDOWS.map((each) => <GoButton key={each} kind="quiet" to={to({ window: each === "7d" ? undefined : each })} aria-current={each === window ? "page" : undefined}>{each}</GoButton>)}
        </nav>
      </PageHead>
      <Tabs label="Parts of this page" tabs={[
        { name: "What it does", to: to({ tab: undefined }), isHere: !isRequests },
        { name: "Requests", to: to({ tab: "requests" }), isHere: isRequests },
      ]} />
      <Reading query={live}>
        {(shown) => {
          const one = shown.features[0];
          if (!one) return null;
          if (!one.is_used) return <FirstRequest feature={feature} />;
          return isRequests ? <Requests feature={one} from_ms={shown.from_ms} /> : <Overview live={shown} feature={one} />;
        }}
      </Reading>
    </>
  );
}
