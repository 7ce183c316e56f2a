// A feature in production: the first request, what it shows, the worst answer, and one request with its attempts.

import assert from "node:assert/strict";
import { after, before } from "node:test";
import { join as path } from "node:path";

import { done } from "./doors.mjs";
import { Folder, startMock } from "./start.mjs";
import { readable, said, walk, withBrowser } from "./walk.mjs";

withBrowser();

let mock;
before(async () => {
  mock = await startMock(path(Folder.example("support-triage").path, "simulated/mock.toml"));
});
after(() => mock?.end());

/** A waterfall of a simulated model and rules, both without a proof. */
function served() {
  const folder = Folder.example("support-triage");
  const simulated = folder.read("simulated/karat.toml").replace(/base_url = .*/, `base_url = "${mock.url}"`);
  const toml = folder.read("karat.toml").replace(/^# waterfall = .*$/m, 'waterfall = ["live", "rules"]');
  assert.match(toml, /^waterfall = /m, "the example says where its waterfall goes");
  folder.write("karat.toml", `${toml}\n${simulated}\nunproven = true\n`);
  return folder;
}

walk("a first request leads to what the feature does and to its worst answer", served, async ({ person, page, hands, server }) => {
  await hands.keys("g v");
  await page.getByRole("heading", { name: "Live: triage", level: 1 }).waitFor();
  const command = await page.getByRole("group", { name: "Sends the first request" }).textContent();
  assert.match(command, /\/v1\/chat\/completions .*"model":"triage"/);
  await readable(person, "Live, empty");

  const ask = async (message) => {
    const body = { model: "triage", messages: [{ role: "user", content: message }], karat: { inputs: { message }, user: "ana" } };
    const response = await fetch(`${server.url}/v1/chat/completions`, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
    assert.equal(response.status, 200, await response.clone().text());
    return response.json();
  };
  for (const message of ["Where is parcel B-9001?", "You charged me twice for B-9002.", "The app crashes."]) await ask(message);
  const { inferences } = await done(person, "inferences.list", { pick: { feature: "triage" }, limit: 9 });
  assert.equal(inferences.length, 3);

  await page.reload();
  await page.getByRole("region", { name: /Its course/ }).waitFor();
  assert.match(await said(page), /3 requests of triage in 7 days/);
  assert.match(await said(page), /simulated/);
  assert.match(await said(page), /live unproven/);
  await page.getByText("as a table").first().waitFor();
  await readable(person, "Live");

  // Filters stand in the address.
  await hands.keys("2");
  await page.waitForURL(/tab=requests/);
  await hands.choose(page.getByLabel("Ended"), "failed");
  await page.waitForURL(/outcome=failed/);
  await page.getByText("No request fits these filters.").waitFor();
  await hands.press(page.getByRole("button", { name: "Show all requests" }));
  await page.getByRole("region", { name: "3 requests" }).waitFor();
  await readable(person, "Requests");
  await hands.press(page.locator("[data-row]").first());
  await page.waitForURL(/\/live\/[0-9a-f-]{36}/);
  await page.getByRole("region", { name: "Attempts" }).waitFor();
  assert.match(await said(page), /The app crashes/);
  await readable(person, "One request");
  await hands.keys("u");
  await page.waitForURL(/\/live\?feature=triage/);

  await page.setViewportSize({ width: 390, height: 844 });
  await person.fits();
  await page.goto(`${server.url}/today`);
  const watch = page.getByRole("region", { name: "Watch, the last 24 hours" });
  await watch.waitFor();
  assert.match((await watch.innerText()).replace(/\s+/g, " "), /triage .* 0 of 3/);
});

/** A model that is good for its gate and ten requests, and wrong more often than not afterwards. */
const WORSE = `seed = 5
[[answer]]
text = "ok"
wrong_text = "no"
[[drift]]
model = "good"
after = 70
wrong = 0.7
`;

/** Every live answer is scored by what the gate judged with; `url` answers for the model. */
const project = (url) => `[project]
name = "asking"
[providers.sim]
dialect = "openai-chat"
base_url = "${url}"
[datasets.cases]
file = "cases.jsonl"
[features.ask]
dataset = "cases"
live_sample = 1.0
waterfall = ["live"]
[features.ask.variants.live]
kind = "chat"
model = "sim/good"
prompt = "ask.md"
[features.ask.scorers]
fine = { kind = "regex", pattern = "^ok$" }
[features.ask.mvq]
fine = { metric = "fine", min = 0.8 }
`;

function asking() {
  const folder = new Folder();
  const cases = Array.from({ length: 60 }, (_, index) => JSON.stringify({ id: `c${index}`, input: `case ${index}`, expected: "ok" }));
  folder.write("cases.jsonl", `${cases.join("\n")}\n`);
  folder.write("ask.md", "# system\nAnswer ok.\n# user\n{{ message }}\n");
  folder.write("karat.toml", project("http://127.0.0.1:9/v1"));
  folder.write("mock.toml", WORSE);
  return folder;
}

walk("answers that become worse live stand beside what the gate promised", asking, async ({ person, page, folder, server, t }) => {
  const model = await startMock(path(folder.path, "mock.toml"));
  t.after(() => model.end());
  folder.write("karat.toml", project(model.url));
  const gate = folder.karat("gate", "--quiet");
  assert.equal(gate.code, 0, gate.err);

  const ask = () => fetch(`${server.url}/v1/chat/completions`, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ model: "ask", messages: [{ role: "user", content: "case 1" }] }) });
  const open = async () => (await done(person, "monitor.show", { feature: "ask" })).incidents;
  // Changed files are served within a second.
  for (let n = 0; n < 50 && (await ask()).status !== 200; n += 1) await new Promise((go) => setTimeout(go, 100));
  for (let n = 0; n < 30 && (await open()).length === 0; n += 1) {
    for (let each = 0; each < 10; each += 1) assert.equal((await ask()).status, 200);
    await new Promise((go) => setTimeout(go, 600));
  }
  const [incident] = await open();
  assert.equal(incident.metric, "score of fine");

  await page.goto(`${server.url}/live?feature=ask`);
  await page.getByRole("region", { name: "What became worse" }).waitFor();
  await page.getByRole("region", { name: "The gate beside live answers" }).waitFor();
  const words = await said(page);
  assert.match(words, /live of ask: score of fine on live answers fell to 0\.\d\d \[/);
  assert.match(words, /fine of live: 1\.00 \[0\.\d\d, 1\.00\] in the gate \(n 60\), 0\.\d\d \[0\.\d\d, 0\.\d\d\] live \(n \d+\): performance dropped by 0\.\d\d/);
  await readable(person, "Live, worse than its gate");
  await page.setViewportSize({ width: 390, height: 844 });
  await person.fits();
});
