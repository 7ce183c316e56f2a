// One provider, its key, and a test of the connection.
import type { ProviderShown } from "../../../api/contract.ts";
import { useMay } from "../../../api/session.ts";
import { useWrite } from "../../../api/use.ts";
import { Button } from "../../../parts/Button.tsx";
import { ProblemShown } from "../../../parts/Problem.tsx";
import { Simulated } from "../../../parts/Tag.tsx";
import { milliseconds } from "../../../says/number.ts";
import css from "./Providers.module.css";

export function Provider({ provider, onKey }: { provider: ProviderShown; onKey: () => void }) {
  const { name, dialect, base_url, key_name, has_key, used_by, simulated } = provider;
  const mayTest = useMay("editor");
  const maySet = useMay("admin");
  const test = useWrite("providers.test");
  return (
    <li className={css.provider}>
      <div>
        <h3>{name} {simulated && <Simulated />}</h3>
        <p className="soft tiny">{dialect} · <code>{base_url}</code></p>
        <p className="soft tiny">{used_by.length > 0 ? `used by ${used_by.join(", ")}` : "nothing uses it"}</p>
      </div>
      <div className={css.key}>
        {key_name === null
          ? <p className="soft">needs no key</p>
          : <p data-has={has_key}>{has_key ? "has a key" : "has no key"} <code className="soft">{key_name}</code></p>}
        {test.data && (
          <p role="status" className={css.says} data-fine={test.data.is_fine}>
            {test.data.says}
            {test.data.latency_ms !== null && <span className="soft tiny"> · {milliseconds(test.data.latency_ms)}</span>}
            {test.data.served_model && <span className="soft tiny"> · served by {test.data.served_model}</span>} {test.data.simulated && <Simulated />}
          </p>
        )}
        {test.error && <ProblemShown thrown={test.error} />}
      </div>
      <div className={css.doing}>
        {mayTest && <Button isBusy={test.isPending} onClick={() => test.mutate({ provider: name })} aria-label={`Test the connection to ${name}`}>{test.isPending ? "Testing" : "Test"}</Button>}
        {maySet && key_name !== null && <Button onClick={onKey} aria-label={has_key ? `Replace the key of ${name}` : `Paste a key for ${name}`}>{has_key ? "Replace the key" : "Paste a key"}</Button>}
      </div>
    </li>
  );
}
