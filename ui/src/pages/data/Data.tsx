// The datasets: how many cases, which of them are held out, and what they are about.
import type { DatasetShown } from "../../api/contract.ts";
import { useOperation } from "../../api/use.ts";
import { useRef } from "react";
import { GoButton } from "../../parts/Button.tsx";
import { Command } from "../../parts/Command.tsx";
import { Empty } from "../../parts/Empty.tsx";
import { Go } from "../../parts/Go.tsx";
import { useListKeys } from "../../parts/listKeys.ts";
import { PageHead } from "../../parts/Page.tsx";
import { Reading } from "../../parts/Reading.tsx";
import { count, plural } from "../../says/number.ts";
import { ago } from "../../says/time.ts";
import css from "./Data.module.css";
import { casesPath, fieldWord, shortVersion } from "./says.ts";

export default function Data() {
  const datasets = useOperation("datasets.list", {}, { every: 15_000 });
  const room = useRef<HTMLUListElement>(null);
  useListKeys(room);
  return (
    <>
      <PageHead title="Data" says={datasets.data && plural(datasets.data.datasets.length, "dataset")} />
      <Reading query={datasets}>
        {({ datasets: shown }) => shown.length === 0
          ? (
            <Empty says="There is no dataset yet. Rows with an input and the answer you want become one.">
              <GoButton kind="loud" to="/bet">Paste rows</GoButton>
              <Command text="karat init" />
            </Empty>
          )
          : <ul ref={room} className={css.datasets}>{shown.map((dataset) => <Row key={dataset.name} dataset={dataset} />)}</ul>}
      </Reading>
    </>
  );
}

function Row({ dataset }: { dataset: DatasetShown }) {
  const { name, file, gate_file, n, n_tune, n_gate, version, segments, tags, features, loaded_at_ms } = dataset;
  return (
    <li className={css.dataset}>
      <div>
        <h2><Go to={casesPath(name)} data-row="">{name}</Go></h2>
        <p className="soft tiny"><code>{file}</code>{gate_file && <> and <code>{gate_file}</code></>}</p>
        <p className="soft tiny">{features.length > 0 ? `for ${features.join(", ")}` : "no feature uses it"} · read {ago(loaded_at_ms)}</p>
      </div>
      <div>
        <p className={css.n}><b>{count(n)}</b> {n === 1 ? "case" : "cases"}</p>
        <p className="tiny">{n_gate > 0 ? <>{count(n_tune)} tuning · <b className={css.gold}>{count(n_gate)}</b> held out</> : "none held out: a gate needs some"}</p>
        <p className="soft tiny">{version ? <>version <code>{shortVersion(version)}</code></> : "no version yet"}</p>
        {dataset.note && <p className="tiny" role="status">{dataset.note}</p>}
      </div>
      <div className={css.groups}>
        {segments.map(({ field, values }) => <Group key={field} word={fieldWord(field)} values={values} to={(value) => casesPath(name, "", { field, value })} />)}
        {tags.length > 0 && <Group word="tags" values={tags} to={(tag) => casesPath(name, "", { tag })} />}
      </div>
      <p className={css.more}><Go to={casesPath(name)}>Cases</Go><Go to={casesPath(name, "versions")}>Versions</Go><Go to={casesPath(name, "health")}>Health</Go></p>
    </li>
  );
}

const MOST = 6;

function Group({ word, values, to }: { word: string; values: { value: string; n: number }[]; to: (value: string) => string }) {
  return (
    <p className="tiny">
      <span className="soft">{word} </span>
      {values.slice(0, MOST).map(({ value, n }) => <Go key={value} className={css.value} to={to(value)}>{value} <span className="soft">{count(n)}</span></Go>)}
      {values.length > MOST && <span className="soft">and {values.length - MOST} more</span>}
    </p>
  );
}
