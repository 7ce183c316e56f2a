// One request with everything that was tried for it, what was asked and answered as plain text, and what people did with it.
import type { ShownInference } from "../../api/contract.ts";
import { useKeptFeature } from "../../app/feature.ts";
import { useGo, useParam } from "../../app/place.ts";
import { address } from "../../app/search.ts";
import { useOperation } from "../../api/use.ts";
import { useKeys } from "../../keys/use.ts";
import { GoButton } from "../../parts/Button.tsx";
import { Command } from "../../parts/Command.tsx";
import { PageHead, Section } from "../../parts/Page.tsx";
import { Reading } from "../../parts/Reading.tsx";
import { Table } from "../../parts/Table.tsx";
import { Simulated, Tag } from "../../parts/Tag.tsx";
import { count, milliseconds, usd } from "../../says/number.ts";
import { moment } from "../../says/time.ts";
import css from "./Live.module.css";
import { MakeCase } from "./MakeCase.tsx";
import { OUTCOMES } from "./words.ts";

export default function Inference() {
  const id = useParam("inference");
  const shown = useOperation("inferences.show", { inference: id }, { every: 15_000, keep: false });
  const feature = shown.data?.inference.feature ?? undefined;
  useKeptFeature(feature);
  const back = address("/live", { feature });
  const go = useGo();
  useKeys({ "live.back": () => go(back) });
  return (
    <>
      <PageHead title="One request" says={shown.data && moment(shown.data.inference.received_at_ms)}>
        <GoButton to={back}>Back to {feature ?? "Live"}</GoButton>
      </PageHead>
      <Reading query={shown}>{(data) => <Shown shown={data} />}</Reading>
    </>
  );
}

function Shown({ shown }: { shown: ShownInference }) {
  const { inference: it, has_body, signals, live_scores } = shown;
  const attempts = it.attempts ?? [];
  const facts: [string, React.ReactNode][] = [
    ["ended", `${OUTCOMES[it.outcome]}, status ${it.status}`],
    ["variant", <>{it.variant ?? "nobody"} {it.unproven && <Tag>unproven</Tag>} {it.simulated && <Simulated />}</>],
    ["model", `${it.served ?? it.asked ?? "none"}${it.fingerprint ? `, ${it.fingerprint}` : ""}`],
    ["time", `${milliseconds(it.latency_ms)}${it.first_chunk_ms != null ? `, first piece after ${milliseconds(it.first_chunk_ms)}` : ""}`],
    ["tokens", it.usage ? `${count(it.usage.input_tokens)} in, ${count(it.usage.output_tokens)} out${it.usage_estimated ? ", estimated" : ""}` : "unknown"],
    ["cost", it.cost_usd == null ? "unknown" : `${usd(it.cost_usd)}${it.simulated ? ", no money" : ""}`],
    ["conversation", it.conversation ?? "–"], ["user", it.user ?? "–"], ["key", it.key ?? "–"],
  ];
  return (
    <>
      <Section title="What happened"><dl className={css.facts}>{facts.map(([name, value]) => <Fact key={name} name={name} value={value} />)}</dl></Section>
      {!has_body && <p className="soft">What was asked and answered is not kept any more: its time is over, or its user asked for it.</p>}
      {has_body && <Section title="Asked"><Text label="Asked" text={readable(it.request ?? "")} /></Section>}
      {has_body && (
        <Section title="Answered">
          {it.text || !it.tool_calls?.length ? <Text label="Answered" text={it.text || "nothing"} /> : null}
          {it.tool_calls?.map((call, index) => <Text key={`${index} ${call.name}`} label={`Asks for ${call.name}`} text={`${call.name} ${JSON.stringify(call.arguments ?? null, null, 2)}`} />)}
        </Section>
      )}
      {attempts.length > 0 && (
        <Section title="Attempts">
          <Table
            caption="Attempts in order" rows={attempts.map((attempt, index) => ({ ...attempt, index }))} idOf={({ index }) => String(index)}
            columns={[
              { head: "attempt", cell: ({ index, variant }) => `${index + 1}${variant ? ` · ${variant}` : ""}` },
              { head: "asked", cell: ({ asked, served }) => (served && served !== asked ? `${asked} as ${served}` : asked) },
              { head: "status", isNumber: true, cell: ({ status }) => status ?? "–" },
              { head: "time", isNumber: true, cell: ({ latency_ms, waited_ms }) => `${milliseconds(latency_ms)}${waited_ms ? ` after ${milliseconds(waited_ms)}` : ""}` },
              { head: "went wrong", isWide: true, cell: ({ failure }) => (failure ? `${failure.kind}: ${failure.message}` : "nothing") },
            ]}
          />
        </Section>
      )}
      <Section title="What people did with it">
        {signals.length === 0 ? <p className="soft">Nobody told.</p> : (
          <Table
            caption="Signals in the order of arrival" rows={signals} idOf={({ id }) => id}
            columns={[
              { head: "signal", cell: ({ kind }) => kind },
              { head: "when", cell: ({ at_ms }) => moment(at_ms) },
              { head: "says", isWide: true, cell: ({ data }) => Object.entries(data ?? {}).map(([name, value]) => `${name}: ${typeof value === "string" ? value : JSON.stringify(value)}`).join(" · ") || "–" },
              { head: "from", cell: ({ source, user }) => [source, user].filter(Boolean).join(" · ") || "–" },
            ]}
          />
        )}
      </Section>
      {live_scores.length > 0 && (
        <Section title="What judges say">
          <Table
            caption="Live scores" rows={live_scores} idOf={({ scorer }) => scorer}
            columns={[
              { head: "scorer", cell: ({ scorer, simulated }) => <>{scorer} {simulated && <Simulated />}</> },
              { head: "score", isNumber: true, cell: ({ value }) => (value == null ? "undecided" : value.toFixed(2)) },
              { head: "why", isWide: true, cell: ({ explanation, label }) => explanation ?? label ?? "–" },
            ]}
          />
        </Section>
      )}
      {has_body && it.feature && <MakeCase inference={it.id} feature={it.feature} />}
      <Command text={`karat call inferences.show '{"inference":"${it.id}"}'`} />
    </>
  );
}

function Fact({ name, value }: { name: string; value: React.ReactNode }) {
  return <><dt>{name}</dt><dd>{value}</dd></>;
}

function Text({ label, text }: { label: string; text: string }) {
  return <div className={css.text} role="group" aria-label={label} tabIndex={0}>{text}</div>;
}

/** JSON with a line for each field; anything else as it is. */
function readable(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
