// The three sides of a run, and the keys that turn them.
import { useKeptFeature } from "../../app/feature.ts";
import { useGo, usePath } from "../../app/place.ts";
import { useKeys } from "../../keys/use.ts";
import { Tabs } from "../../parts/Tabs.tsx";

export function RunTabs({ run, feature }: { run: string; feature: string | undefined }) {
  useKeptFeature(feature);
  const path = usePath();
  const go = useGo();
  const of = (side: string) => `/evals/${run}${side}`;
  useKeys({
    "evals.report": () => go(of("")),
    "evals.compare": () => go(of("/compare")),
    "evals.answers": () => go(of("/answers")),
  });
  return (
    <Tabs
      label="Sides of this run"
      tabs={[
        { name: "Report", to: of(""), isHere: path === of("") },
        { name: "Compare", to: of("/compare"), isHere: path === of("/compare") },
        { name: "Answers", to: of("/answers"), isHere: path === of("/answers") },
      ]}
    />
  );
}

/** How a run is called: the feature, what it was, when. */
export function runTitle({ feature, scope }: { feature: string; scope: string }): string {
  return `${feature}, ${scope === "held-out" ? "gate" : "eval"}`;
}
