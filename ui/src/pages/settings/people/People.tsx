// Who may come in and what each may do; tokens for programs.
import { useState } from "react";
import type { Invite, PersonShown, Role } from "../../../api/contract.ts";
import { useMay, useMe } from "../../../api/session.ts";
import { useOperation, useWrite } from "../../../api/use.ts";
import { Button } from "../../../parts/Button.tsx";
import { Empty } from "../../../parts/Empty.tsx";
import { Choice } from "../../../parts/Field.tsx";
import { Section } from "../../../parts/Page.tsx";
import { ProblemShown } from "../../../parts/Problem.tsx";
import { Reading } from "../../../parts/Reading.tsx";
import { Table } from "../../../parts/Table.tsx";
import { ago, day } from "../../../says/time.ts";
import { SettingsHead } from "../SettingsHead.tsx";
import { InviteDialog } from "./InviteDialog.tsx";
import { RemoveDialog } from "./RemoveDialog.tsx";
import { ROLES } from "./roles.ts";
import { Tokens } from "./Tokens.tsx";

export default function People() {
  const isAdmin = useMay("admin");
  return (
    <>
      <SettingsHead here="People" />
      {isAdmin ? <><Everybody /><Tokens /></> : <Empty says="Whoever is admin sees people and tokens, and invites others. Ask one of them for another role." />}
    </>
  );
}

function Everybody() {
  const people = useOperation("people.list", {});
  const me = useMe();
  const [isInviting, setInviting] = useState(false);
  const [removing, setRemoving] = useState<PersonShown | null>(null);
  const setRole = useWrite("people.set_role", ["people.list"]);
  const isMe = (person: PersonShown) => person.id === me?.person.id;
  return (
    <Section title="People" aside={<Button kind="loud" onClick={() => setInviting(true)}>Invite somebody</Button>}>
      {setRole.error && <ProblemShown thrown={setRole.error} />}
      <Reading query={people}>
        {({ people: shown, invites }) => (
          <>
            <Table
              caption="Everybody who may come in" rows={shown} idOf={({ id }) => id}
              columns={[
                { head: "name", cell: (person) => <>{person.name} {isMe(person) && <span className="soft">you</span>}</> },
                {
                  head: "role",
                  cell: (person) => (isMe(person)
                    ? person.role
                    : <Choice label={`Role of ${person.name}`} isLabelHidden value={person.role} options={ROLES.map(({ role }) => [role, role] as const)} disabled={setRole.isPending} onChange={(event) => setRole.mutate({ person: person.id, role: event.target.value as Role })} />),
                },
                { head: "since", cell: ({ joined_at_ms }) => day(joined_at_ms) },
                { head: "last seen", cell: ({ last_seen_at_ms, is_open }) => (is_open ? "here now" : last_seen_at_ms === null ? <span className="soft">never</span> : ago(last_seen_at_ms)) },
                { head: "remove", isHeadHidden: true, isNumber: true, cell: (person) => !isMe(person) && <Button kind="quiet" onClick={() => setRemoving(person)} aria-label={`Remove ${person.name}`}>Remove</Button> },
              ]}
            />
            <Open invites={invites} />
          </>
        )}
      </Reading>
      {isInviting && <InviteDialog onClose={() => setInviting(false)} />}
      {removing && <RemoveDialog person={removing} onClose={() => setRemoving(null)} />}
    </Section>
  );
}

function Open({ invites }: { invites: readonly Invite[] }) {
  const open = invites.filter(({ is_used, expires_at_ms }) => !is_used && expires_at_ms > Date.now());
  if (open.length === 0) return null;
  return <p className="soft tiny">Open invites: {open.map(({ role, note, expires_at_ms }) => `${note ? `${note}, ` : ""}${role}, until ${day(expires_at_ms)}`).join(" · ")}.</p>;
}
