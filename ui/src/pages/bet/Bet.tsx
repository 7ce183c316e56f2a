// The page of bets: a new one and the list, or one bet with its verdict. Which one stands in the address.
import { useState } from "react";
import type { CreatedBet } from "../../api/contract.ts";
import { useMay } from "../../api/session.ts";
import { useFilters } from "../../app/place.ts";
import { Bets } from "./Bets.tsx";
import { useJudging } from "./judging.ts";
import { NewBet } from "./NewBet.tsx";
import { OneBet } from "./OneBet.tsx";

export default function Bet() {
  const [{ bet }, setFilters] = useFilters();
  const judging = useJudging();
  const [created, setCreated] = useState<CreatedBet | null>(null);
  const mayEdit = useMay("editor");
  if (bet) return <OneBet key={bet} name={bet} judging={judging} created={created?.bet === bet ? created : null} />;
  return (
    <>
      {mayEdit && (
        <NewBet
          onCreated={(created) => {
            setCreated(created);
            setFilters({ bet: created.bet, feature: created.feature }, { push: true });
            void judging.start(created.feature);
          }}
        />
      )}
      <Bets isAlone={!mayEdit} />
    </>
  );
}
