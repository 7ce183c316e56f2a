// What this browser keeps for itself: the theme, the keys; and the way out.
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { leave, sessionQuery, useMe } from "../../../api/session.ts";
import { useGo } from "../../../app/place.ts";
import { nextTheme, type Theme, useTheme } from "../../../app/theme.ts";
import { singleKeysAreOn, switchSingleKeys } from "../../../keys/use.ts";
import { Button } from "../../../parts/Button.tsx";
import { Check } from "../../../parts/Field.tsx";
import { Card, Section } from "../../../parts/Page.tsx";
import { ProblemShown } from "../../../parts/Problem.tsx";
import { SettingsHead } from "../SettingsHead.tsx";
import css from "./Browser.module.css";

const THEMES: readonly (readonly [Theme, string])[] = [["auto", "as the computer says"], ["light", "light"], ["dark", "dark"]];

export default function Browser() {
  const theme = useTheme();
  const [isOn, setOn] = useState(singleKeysAreOn);
  const me = useMe();
  const go = useGo();
  const client = useQueryClient();
  const [thrown, setThrown] = useState<unknown>(null);
  const choose = (wanted: Theme) => {
    // The themes follow each other in a ring.
    for (let step = 0; step < THEMES.length && localStorage.getItem("karat.theme") !== wanted; step += 1) nextTheme();
  };
  const signOut = async () => {
    try {
      await leave();
      client.clear();
      client.setQueryData(sessionQuery.queryKey, null);
      go("/today", { replace: true });
    } catch (problem) {
      setThrown(problem);
    }
  };
  return (
    <>
      <SettingsHead here="This browser" />
      <Section title="Theme">
        <Card>
          <div className={css.themes} role="radiogroup" aria-label="Theme">
            {THEMES.map(([value, word]) => <label key={value}><input type="radio" name="theme" checked={theme === value} onChange={() => choose(value)} /> {word}</label>)}
          </div>
        </Card>
      </Section>
      <Section title="Keys">
        <Card>
          <Check
            label="Keys without Ctrl work" checked={isOn} onChange={(event) => { switchSingleKeys(event.target.checked); setOn(event.target.checked); }}
            hint="Switch it off if you speak to your computer: dictated letters would press them. Ctrl K finds everything in any case."
          />
        </Card>
      </Section>
      <Section title="Session">
        <Card>
          <div className={css.session}>
            <p>{me ? `${me.person.name}, ${me.person.role}` : ""} <span className="soft tiny">{me && `Karat ${me.version}`}</span></p>
            <Button onClick={signOut}>Sign out here</Button>
          </div>
          {thrown !== null && <ProblemShown thrown={thrown} />}
        </Card>
      </Section>
    </>
  );
}
