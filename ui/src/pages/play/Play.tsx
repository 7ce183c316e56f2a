// Can it do it at all, consistently, fast enough: inputs beside variants, several repeats each.
import type { PlayStart } from "../../api/contract.ts";
import { useOperation } from "../../api/use.ts";
import { useFeature, useFeatures } from "../../app/feature.ts";
import { Empty } from "../../parts/Empty.tsx";
import { GoButton } from "../../parts/Button.tsx";
import { PageHead } from "../../parts/Page.tsx";
import { Reading } from "../../parts/Reading.tsx";
import { Playground } from "./Playground.tsx";

export default function Play() {
  const feature = useFeature();
  const { names, isKnown } = useFeatures();
  const query = useOperation("play.start", feature ? { feature } : {}, { when: feature !== undefined, keep: false });
  if (isKnown && names.length === 0) {
    return (
      <>
        <PageHead title="Play" />
        <Empty says="There is no feature yet. Rows from a spreadsheet make the first one."><GoButton kind="loud" to="/bet">Paste rows</GoButton></Empty>
      </>
    );
  }
  return (
    <>
      <PageHead title="Play" says={query.data && `${query.data.feature}: can it do it at all, consistently, fast enough?`} />
      <Reading query={query}>{(start) => <Started key={start.feature} start={start} />}</Reading>
    </>
  );
}

function Started({ start }: { start: PlayStart }) {
  if (start.variants.length === 0) {
    return <Empty says="This feature has no variant yet, so nothing can answer."><GoButton kind="loud" to="/bet">Paste rows with answers</GoButton></Empty>;
  }
  return <Playground start={start} />;
}
