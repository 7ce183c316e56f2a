// The top of Settings and the way between its parts.
import { useMe } from "../../api/session.ts";
import { PageHead } from "../../parts/Page.tsx";
import { Tabs } from "../../parts/Tabs.tsx";

const PARTS = [["Providers", "/settings"], ["People", "/settings/people"], ["History", "/settings/history"], ["This browser", "/settings/browser"]] as const;

export function SettingsHead({ here }: { here: (typeof PARTS)[number][0] }) {
  const me = useMe();
  return (
    <>
      <PageHead title="Settings" says={me && `you are ${me.person.name}, ${me.person.role}`} />
      <Tabs label="Settings" tabs={PARTS.map(([name, to]) => ({ name, to, isHere: name === here }))} />
    </>
  );
}
