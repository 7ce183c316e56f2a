// Which feature the pages speak about; shown where a project has several.
import { keepFeature, useFeature, useFeatures } from "./feature.ts";
import { useGo, usePath } from "./place.ts";
import css from "./FeatureSwitch.module.css";
import { address } from "./search.ts";

export function FeatureSwitch() {
  const { names } = useFeatures();
  const feature = useFeature();
  const path = usePath();
  const go = useGo();
  if (names.length < 2) return null;
  const change = (name: string) => {
    keepFeature(name);
    const page = `/${path.split("/")[1] ?? "today"}`;
    go(address(page, { feature: name }));
  };
  return (
    <label className={css.switch}>
      <span>Feature</span>
      <select value={feature} onChange={(event) => change(event.target.value)}>
        {names.map((name) => <option key={name}>{name}</option>)}
      </select>
    </label>
  );
}
