// The versions of a dataset, and what differs between two of them.
import { useOperation } from "../../../api/use.ts";
import type { DatasetVersion } from "../../../api/contract.ts";
import { useFilters, useParam } from "../../../app/place.ts";
import { Choice, Fields } from "../../../parts/Field.tsx";
import { Empty } from "../../../parts/Empty.tsx";
import { GoButton } from "../../../parts/Button.tsx";
import { Section } from "../../../parts/Page.tsx";
import { Reading } from "../../../parts/Reading.tsx";
import { Table } from "../../../parts/Table.tsx";
import { count } from "../../../says/number.ts";
import { moment } from "../../../says/time.ts";
import { DatasetHead } from "../DatasetHead.tsx";
import { casesPath, shortVersion } from "../says.ts";
import { Difference } from "./Difference.tsx";

export default function Versions() {
  const name = useParam("dataset");
  const versions = useOperation("datasets.versions", { dataset: name });
  return (
    <>
      <DatasetHead name={name} here="versions" />
      <Reading query={versions}>
        {({ versions: shown }) => shown.length === 0
          ? <Empty says="No version was read yet."><GoButton to={casesPath(name)}>See the cases</GoButton></Empty>
          : <Compare name={name} versions={shown} />}
      </Reading>
    </>
  );
}

function Compare({ name, versions }: { name: string; versions: readonly DatasetVersion[] }) {
  const [filters, setFilters] = useFilters();
  const known = (version: string | undefined) => versions.find((each) => version !== undefined && (each.version === version || each.version.startsWith(version)))?.version;
  const now = versions.find(({ is_current }) => is_current) ?? versions[0];
  const to = known(filters.to) ?? now?.version ?? "";
  const behind = versions.findIndex(({ version }) => version === to) + 1;
  const from = known(filters.from) ?? versions[behind]?.version ?? versions.find(({ version }) => version !== to)?.version;
  const options = versions.map(({ version, at_ms, is_current }) => [version, `${shortVersion(version)} · ${moment(at_ms)}${is_current ? " · now" : ""}`] as const);
  return (
    <>
      <Section title="Versions">
        <Table
          caption="Versions of the dataset" rows={versions} idOf={({ version }) => version} to={({ version }) => casesPath(name, "versions", { to: version })}
          columns={[
            { head: "version", cell: ({ version, is_current }) => <><code>{shortVersion(version)}</code>{is_current && " now"}</> },
            { head: "read", cell: ({ at_ms }) => moment(at_ms) },
            { head: "cases", isNumber: true, cell: ({ n }) => count(n) },
            { head: "held out", isNumber: true, cell: ({ n_gate }) => count(n_gate) },
          ]}
        />
      </Section>
      {from
        ? (
          <Section title="What differs">
            <Fields>
              <Choice label="From" value={from} options={options} onChange={(event) => setFilters({ from: event.target.value, to })} />
              <Choice label="To" value={to} options={options} onChange={(event) => setFilters({ from, to: event.target.value })} />
            </Fields>
            <Difference dataset={name} from={from} to={to} />
          </Section>
        )
        : <p className="soft">There is one version. A second one stands here as soon as a case changes.</p>}
    </>
  );
}
