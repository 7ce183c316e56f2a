// The top of everything about one dataset: its name, its size, and the way between its parts.
import type { ReactNode } from "react";
import type { DatasetShown } from "../../api/contract.ts";
import { useOperation } from "../../api/use.ts";
import { PageHead } from "../../parts/Page.tsx";
import { Tabs } from "../../parts/Tabs.tsx";
import { plural } from "../../says/number.ts";
import { casesPath, shortVersion, splitSays } from "./says.ts";

export function useDataset(name: string): DatasetShown | undefined {
  return useOperation("datasets.list", {}).data?.datasets.find((dataset) => dataset.name === name);
}

export function DatasetHead({ name, here, children }: { name: string; here: "" | "versions" | "health"; children?: ReactNode }) {
  const dataset = useDataset(name);
  const tab = (title: string, part: typeof here, n?: number) => ({ name: title, to: casesPath(name, part), isHere: here === part, n });
  return (
    <>
      <PageHead title={name} says={dataset && <>{plural(dataset.n, "case")}{splitSays(dataset) && `: ${splitSays(dataset)}`}{dataset.version && <> · version <code>{shortVersion(dataset.version)}</code></>}</>}>{children}</PageHead>
      <Tabs label={`Parts of the dataset ${name}`} tabs={[tab("Cases", ""), tab("Versions", "versions"), tab("Health", "health")]} />
    </>
  );
}
