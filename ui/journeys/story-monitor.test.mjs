// Step 9 of the story: the model silently becomes worse; the canary names the cause, Today turns red, the webhook is told,
// the waterfall moves, and one click takes it back.

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, before, test } from "node:test";
import { join as path } from "node:path";

import { signIn } from "./doors.mjs";
import { bothHands } from "./hands.mjs";
import { openBrowser, Person } from "./person.mjs";
import { ask, keyFor, message, openAi, production } from "./production.mjs";
import { startMock, startServer } from "./start.mjs";
import { readable, said } from "./walk.mjs";

/** The alarm is raised when all runs together speak against "nothing changed"; a fall to 0.7 takes fewer than these. */
const MOST_RUNS = 9;

let browser;
before(async () => (browser = await openBrowser()));
after(() => browser?.close());

for (const Hands of bothHands) {
  test(`a model becomes worse, is found, told, replaced and taken back, with ${Hands.called}`, { timeout: 180_000 }, async (t) => {
    const { folder, first, second } = await production();
    t.after(() => folder.remove());
    t.after(() => second.end());
    const hook = await receiver();
    t.after(() => hook.end());
    const server = await startServer(folder, { env: { KARAT_WEBHOOK: hook.url } });
    t.after(() => server.end());
    const person = await Person.arrive(browser, Hands);
    t.after(() => person.leave());
    await signIn(person, server);
    const { page, hands } = person;
    const client = openAi(server, keyFor(folder, "shop", "infer"));
    assert.equal((await ask(client, message(300, "billing"))).variant, "live");

    // What is good gets a baseline, and no alarm.
    await hands.keys("g v");
    await canary(person);
    assert.equal(await page.getByText("alarm", { exact: true }).count(), 0);

    // Another model answers at the same address under the same name, and nobody says so.
    await first.end();
    const worse = await startMock(path(folder.path, "worse.toml"), first.port);
    t.after(() => worse.end());
    const alarm = page.getByRole("region", { name: "Canary" }).getByText("alarm", { exact: true });
    for (let run = 0; run < MOST_RUNS && (await alarm.count()) === 0; run += 1) await canary(person);
    const incident = page.getByRole("region", { name: "What became worse" });
    await incident.waitFor();
    const words = (await incident.innerText()).replace(/\s+/g, " ");
    assert.match(words, /live of triage became worse: 0\.\d\d where the baseline had 1\.00 \(n 50\)/);
    assert.match(words, /provider: .* under the same name/);
    assert.match(words, /spare answers first now, live last/);
    assert.match(words, /simulated/);
    const order = page.getByRole("list", { name: "Who answers, in order" });
    await order.getByText("spare").waitFor();
    assert.match(await order.innerText(), /^spare proven\s+live proven$/);
    await readable(person, "Live with an incident");

    // Today begins with it; the waterfall has moved for applications, and the file is as it was.
    await hands.keys("g t");
    const red = page.getByText(/^live of triage became worse/).first();
    await red.waitFor();
    assert.ok(await red.evaluate((element) => {
      const probe = document.body.appendChild(document.createElement("i"));
      probe.style.color = "var(--fail)";
      const { color } = getComputedStyle(probe);
      probe.remove();
      return getComputedStyle(element).color === color;
    }), "Today is red");
    const next = page.getByRole("region", { name: "Do next" }).getByRole("listitem").first();
    assert.match(await next.innerText(), /Look at what became worse in triage/);
    await readable(person, "Today with an incident");
    await answeredBy(client, "spare");
    assert.match(folder.read("karat.toml"), /waterfall = \["live", "spare", "fresh"\]/);

    // Somebody was told, once, by a receiver that was busy at first.
    const [told] = await hook.taken(1);
    assert.match(told.incident.title, /live of triage became worse/);
    assert.match(told.link, /^http/);
    assert.equal(hook.n_asked(), 2);

    // The first step of Today leads there; one click, and the file's order holds.
    await hands.press(page.locator("main [data-kind=loud]"));
    await page.waitForURL(/\/live/);
    await hands.press(page.getByRole("button", { name: "Undo: the file's order" }));
    await page.getByText("spare answers first now", { exact: true }).waitFor({ state: "detached" });
    await page.waitForFunction(() => document.querySelector("[aria-label='Who answers, in order']").innerText.startsWith("live"));
    await answeredBy(client, "live");

    // Closed, it is over, and Today is calm.
    await hands.press(page.getByRole("button", { name: "Close: it is over" }));
    await page.getByRole("table", { name: "Closed incidents" }).waitFor();
    await hands.keys("g t");
    await page.getByRole("region", { name: "Can we ship it" }).waitFor();
    await red.waitFor({ state: "detached" });
    assert.doesNotMatch(await said(page), /became worse/);
    assert.equal((await hook.taken(1)).length, 1, "told once");
    person.calm();
  });
}

/** Runs the canary once, from the page, and waits for what it came to. */
async function canary({ page, hands }) {
  const ran = page.waitForResponse((response) => response.url().endsWith("/api/v1/canary.run"));
  await hands.press(page.getByRole("button", { name: "Run the canary now" }));
  assert.equal((await ran).status(), 200);
  await page.getByRole("region", { name: "Canary" }).getByRole("status").waitFor();
}

/** Asks until this variant answers first; the server looks twice a second. */
async function answeredBy(client, variant) {
  for (let n = 0; n < 50; n += 1) {
    if ((await ask(client, message(400 + n, "shipping"))).variant === variant) return;
    await new Promise((go) => setTimeout(go, 100));
  }
  assert.fail(`${variant} never answers first`);
}

/** Takes notices; the first attempt fails, as receivers do. */
async function receiver() {
  const notices = [];
  let n_asked = 0;
  const server = createServer((request, response) => {
    let text = "";
    request.on("data", (part) => (text += part));
    request.on("end", () => {
      n_asked += 1;
      if (n_asked > 1) notices.push(JSON.parse(text));
      response.writeHead(n_asked > 1 ? 200 : 503).end();
    });
  });
  await new Promise((go) => server.listen(0, "127.0.0.1", go));
  return {
    url: `http://127.0.0.1:${server.address().port}/hook`,
    n_asked: () => n_asked,
    taken: async (n) => {
      for (let wait = 0; wait < 300 && notices.length < n; wait += 1) await new Promise((go) => setTimeout(go, 100));
      return notices;
    },
    end: () => new Promise((go) => server.close(go)),
  };
}
