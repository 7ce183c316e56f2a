// What the monitor says about a feature: incidents with what was decided, who answers now, and its canaries.
import { useOperation } from "../../api/use.ts";
import { Reading } from "../../parts/Reading.tsx";
import { Canaries } from "./Canaries.tsx";
import { Incidents } from "./Incidents.tsx";
import { Waterfall } from "./Waterfall.tsx";

export function Watched({ feature }: { feature: string }) {
  const monitored = useOperation("monitor.show", { feature }, { every: 5000 });
  return (
    <Reading query={monitored}>
      {({ incidents, decisions, canaries }) => (
        <>
          <Incidents incidents={incidents} decisions={decisions} />
          <Waterfall feature={feature} />
          <Canaries feature={feature} canaries={canaries} />
        </>
      )}
    </Reading>
  );
}
