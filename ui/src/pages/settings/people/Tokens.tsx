// Tokens for programs: each shown once, each can be revoked.
import { useState } from "react";
import { useOperation, useWrite } from "../../../api/use.ts";
import { Button } from "../../../parts/Button.tsx";
import { Empty } from "../../../parts/Empty.tsx";
import { Section } from "../../../parts/Page.tsx";
import { ProblemShown } from "../../../parts/Problem.tsx";
import { Reading } from "../../../parts/Reading.tsx";
import { Table } from "../../../parts/Table.tsx";
import { ago, day } from "../../../says/time.ts";
import { limitsInWords } from "./roles.ts";
import { TokenDialog } from "./TokenDialog.tsx";

export function Tokens() {
  const tokens = useOperation("tokens.list", {});
  const [isMaking, setMaking] = useState(false);
  const [asked, setAsked] = useState<string | null>(null);
  const revoke = useWrite("tokens.revoke", ["tokens.list"]);
  return (
    <Section title="Tokens for programs" aside={<Button onClick={() => setMaking(true)}>Make a token</Button>}>
      {revoke.error && <ProblemShown thrown={revoke.error} />}
      <Reading query={tokens}>
        {({ tokens: shown }) => shown.length === 0
          ? <Empty says="No program has a token. The terminal on this machine needs none; a build server or another machine does." />
          : (
            <Table
              caption="Tokens that work" rows={shown} idOf={({ id }) => id}
              columns={[
                { head: "name", cell: ({ name }) => name },
                { head: "role", cell: ({ role }) => role },
                { head: "made", cell: ({ created_at_ms }) => day(created_at_ms) },
                { head: "last used", cell: ({ last_used_at_ms }) => (last_used_at_ms === null ? <span className="soft">never</span> : ago(last_used_at_ms)) },
                { head: "limits", cell: (token) => limitsInWords(token).join(", ") || <span className="soft">none</span> },
                {
                  head: "revoke", isHeadHidden: true, isNumber: true,
                  cell: ({ id, name }) => (asked === id
                    ? <Button kind="danger" isBusy={revoke.isPending} onClick={() => revoke.mutate({ id }, { onSuccess: () => setAsked(null) })} aria-label={`Revoke ${name} now`}>Revoke now</Button>
                    : <Button kind="quiet" onClick={() => setAsked(id)} aria-label={`Revoke ${name}`}>Revoke</Button>),
                },
              ]}
            />
          )}
      </Reading>
      {isMaking && <TokenDialog onClose={() => setMaking(false)} />}
    </Section>
  );
}
