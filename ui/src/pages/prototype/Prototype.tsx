// A published prototype, for strangers on a phone: no session, no rail, one question and one answer.
import { useQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import type { PrototypeView } from "../../api/contract.ts";
import { mayRetry } from "../../api/use.ts";
import { useParam } from "../../app/place.ts";
import { Simulated } from "../../parts/Tag.tsx";
import { Reading } from "../../parts/Reading.tsx";
import { look } from "./door.ts";
import css from "./Prototype.module.css";
import { Try } from "./Try.tsx";

export default function Prototype() {
  const token = useParam("token");
  const query = useQuery({ queryKey: ["prototype", token], queryFn: () => look(token), staleTime: Number.POSITIVE_INFINITY, refetchOnWindowFocus: false, retry: mayRetry });
  const title = query.data?.title ?? "Prototype";
  useEffect(() => {
    document.title = title;
  }, [title]);
  return (
    <main className={css.page}>
      {query.data === undefined && <h1>Prototype</h1>}
      <Reading query={query}>{(view) => <Shown token={token} view={view} />}</Reading>
    </main>
  );
}

function Shown({ token, view }: { token: string; view: PrototypeView }) {
  return (
    <>
      <header className={css.head}>
        <h1>{view.title}</h1>
        <p>
          A first try at a feature of {view.project}{view.about && `, for ${view.about}`}. A machine answers, and its answers may be wrong.
        </p>
        {view.simulated && <p><Simulated /> The answers here are simulated: no real model gives them.</p>}
      </header>
      {view.is_open
        ? <Try token={token} view={view} />
        : <p className={css.closed}>This prototype is closed. Thank you for looking. The person who sent you the link can open a new one.</p>}
    </>
  );
}
