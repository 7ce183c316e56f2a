// A feature in production: two proven variants at model servers of their own, one that nobody has proven, and the
// unmodified client of OpenAI that asks it.

import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { join as path } from "node:path";

import { Folder, repository, startMock } from "./start.mjs";

/** What is asked, by desk; half of the cases is held out for the gate, the canary asks the other half. */
const DESKS = {
  billing: "the invoice shows a wrong amount",
  shipping: "my parcel has not arrived",
  returns: "the lamp came broken",
  technical: "the app crashes when i open the map",
};
const CASES = 120;

/** A model that knows the desks; `wrong` of its answers are not what they were. */
const script = (wrong) => `seed = 5
[[answer]]
lookup = "desks"
text = "{{ found }}"
wrong = ${wrong}
wrong_text = "technical"
[[answer]]
text = "technical"
[lookups.desks]
${Object.entries(DESKS).map(([desk, words]) => `"${words}" = "${desk}"`).join("\n")}
`;

const toml = (first, second) => `[project]
name = "production"

[providers.first]
dialect = "openai-chat"
base_url = "${first}"
retries = 0

[providers.second]
dialect = "openai-chat"
base_url = "${second}"
retries = 0

[datasets.messages]
file = "messages.jsonl"

[features.triage]
dataset = "messages"
about = "support messages"
waterfall = ["live", "spare", "fresh"]

[features.triage.variants]
live = { kind = "chat", model = "first/sorter", prompt = "sort.md" }
spare = { kind = "chat", model = "second/sorter", prompt = "sort.md" }
fresh = { kind = "chat", model = "second/newest", prompt = "sort.md" }

[features.triage.scorers]
right-desk = { kind = "equals" }

[features.triage.mvq]
correct = { metric = "right-desk", min = 0.8 }
`;

/** A message about this desk. */
export const message = (index, desk) => `message ${index}: ${DESKS[desk]}`;

/** A project whose first two variants passed the gate, and its two model servers. */
export async function production() {
  const folder = new Folder();
  folder.write("good.toml", script(0));
  folder.write("worse.toml", script(0.4));
  const first = await startMock(path(folder.path, "good.toml"));
  const second = await startMock(path(folder.path, "good.toml"));
  const desks = Object.keys(DESKS);
  const cases = Array.from({ length: CASES }, (_, index) => {
    const desk = desks[index % desks.length];
    return JSON.stringify({ id: `m${index}`, input: { message: message(index, desk) }, expected: desk, split: index < CASES / 2 ? "gate" : "tune" });
  });
  folder.write("messages.jsonl", `${cases.join("\n")}\n`);
  folder.write("sort.md", "# system\nSay which desk the message is for.\n# user\n{{ message }}\n");
  folder.write("karat.toml", toml(first.url, second.url));
  const { code, out, err } = folder.karat("gate", "--variant", "live", "--variant", "spare");
  assert.equal(code, 0, out + err);
  return { folder, first, second };
}

/** OpenAI's own client, as an application has it; it asks once and does not try again. */
export function openAi(server, key) {
  const clients = process.env.CLIENTS ?? path(repository, "target/clients");
  const { OpenAI } = createRequire(path(clients, "node/package.json"))("openai");
  return new OpenAI({ baseURL: `${server.url}/v1`, apiKey: key, maxRetries: 0 });
}

/** Asks the feature, and reads the answer to its end; what the application got. */
export async function ask(client, content, { model = "triage", stream = false, ...more } = {}) {
  const { data, response } = await client.chat.completions.create({ model, messages: [{ role: "user", content }], stream, ...more }).withResponse();
  let text = "";
  if (stream) for await (const piece of data) text += piece.choices[0]?.delta?.content ?? "";
  else text = data.choices[0].message.content;
  return { text, id: response.headers.get("x-karat-inference-id"), variant: response.headers.get("x-karat-variant"), attempts: Number(response.headers.get("x-karat-attempts")) };
}

/** A key of this role for a program, as a terminal hands it out. */
export function keyFor(folder, name, role) {
  const { code, out, err } = folder.karat("token", "create", name, "--role", role);
  assert.equal(code, 0, err);
  return /karat_\S+/.exec(out)[0];
}
