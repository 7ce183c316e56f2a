// Nobody has asked the feature for anything yet: how to send the first request.
import { useMay } from "../../api/session.ts";
import { GoButton } from "../../parts/Button.tsx";
import { Command } from "../../parts/Command.tsx";
import { Empty } from "../../parts/Empty.tsx";
import { firstRequest } from "./words.ts";

export function FirstRequest({ feature }: { feature: string }) {
  const mayMake = useMay("admin");
  return (
    <Empty says={`Nobody has asked ${feature} for anything yet. An application asks it as it would ask a model, at /v1 of this server; the first request shows here within seconds.`}>
      {mayMake && <Command text="karat token create my-application --role infer" says="Makes a key for the application" />}
      <Command text={firstRequest(globalThis.location.origin, feature)} says="Sends the first request" />
      <GoButton to={`/gate?feature=${encodeURIComponent(feature)}`}>See which variants may answer</GoButton>
    </Empty>
  );
}
