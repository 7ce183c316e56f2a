// What the monitor says about a feature: incidents with what was decided, who answers now, its canaries, and what it is held against.
import { useOperation } from "../../api/use.ts";
import { Reading } from "../../parts/Reading.tsx";
import { Canaries } from "./Canaries.tsx";
import { Incidents } from "./Incidents.tsx";
import { Levels } from "./Levels.tsx";
import { Waterfall } from "./Waterfall.tsx";

export function Watched({ feature }: { feature: string }) {
  const monitored = useOperation("monitor.show", { feature }, { every: 5000 });
  return (
    <Reading query={monitored}>
      {({ incidents, decisions, canaries, levels }) => (
        <>
          <Incidents incidents={incidents} decisions={decisions} />
          <Waterfall feature={feature} />
          <Canaries feature={feature} canaries={canaries} />
          <Levels levels={levels} />
        </>
      )}
    </Reading>
  );
}
