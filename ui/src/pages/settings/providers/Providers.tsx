// Providers of models: which have a key, whether they answer, and what their models cost.
import { useState } from "react";
import type { ProviderShown } from "../../../api/contract.ts";
import { useOperation } from "../../../api/use.ts";
import { Command } from "../../../parts/Command.tsx";
import { Empty } from "../../../parts/Empty.tsx";
import { Section } from "../../../parts/Page.tsx";
import { Reading } from "../../../parts/Reading.tsx";
import { SettingsHead } from "../SettingsHead.tsx";
import { KeyDialog } from "./KeyDialog.tsx";
import { Prices } from "./Prices.tsx";
import { Provider } from "./Provider.tsx";
import css from "./Providers.module.css";

export default function Providers() {
  const providers = useOperation("providers.list", {});
  const [keyOf, setKeyOf] = useState<ProviderShown | null>(null);
  return (
    <>
      <SettingsHead here="Providers" />
      <Section title="Providers" aside="keys are kept on the server and never shown again">
        <Reading query={providers}>
          {({ providers: shown }) => shown.length === 0
            ? <Empty says="No provider stands in karat.toml. Rules, recorded answers and the mock server need none."><Command text="karat mock" says="Starts a simulated provider" /></Empty>
            : <ul className={css.providers}>{shown.map((provider) => <Provider key={provider.name} provider={provider} onKey={() => setKeyOf(provider)} />)}</ul>}
        </Reading>
      </Section>
      <Prices />
      {keyOf?.key_name && <KeyDialog provider={keyOf.name} name={keyOf.key_name} hasKey={keyOf.has_key} onClose={() => setKeyOf(null)} />}
    </>
  );
}
