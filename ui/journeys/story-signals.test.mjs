// Step 8 of the story: an undo and a thumb down reach Live; the answer becomes a case on which people agree, and the gate
// runs again with it.

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, before, test } from "node:test";

import { invite, join, signIn } from "./doors.mjs";
import { bothHands, Mouse } from "./hands.mjs";
import { openBrowser, Person } from "./person.mjs";
import { ask, keyFor, openAi, production } from "./production.mjs";
import { startServer } from "./start.mjs";
import { readable, said } from "./walk.mjs";

/** Two topics: the model says technical, and people say billing. */
const MESSAGE = "The app shows that i have paid twice, please give one back";

let browser;
before(async () => (browser = await openBrowser()));
after(() => browser?.close());

for (const Hands of bothHands) {
  test(`a thumb down becomes a case, and the gate runs again, with ${Hands.called}`, { timeout: 180_000 }, async (t) => {
    const { folder, first, second } = await production();
    t.after(() => folder.remove());
    t.after(() => second.end());
    t.after(() => first.end());
    const server = await startServer(folder);
    t.after(() => server.end());
    const people = [];
    t.after(() => Promise.all(people.map((person) => person.leave())));
    const arrive = async () => people[people.push(await Person.arrive(browser, Hands)) - 1];
    const admin = await arrive();
    await signIn(admin, server);
    const mina = await arrive();
    await join(mina, await invite(admin, "labeller", "Mina, for what users disliked"), "Mina");

    const client = openAi(server, keyFor(folder, "shop", "infer"));
    const { text, id } = await ask(client, MESSAGE, { user: "ana" });
    assert.equal(text, "technical");
    const shop = await application(server, keyFor(folder, "website", "signals"), id, text);
    t.after(() => shop.end());
    await dislikes(await arrive(), shop.url);

    await seen(admin, id);
    const queue = await proposed(admin);
    await labelled(mina, queue);
    await labelled(admin, queue);
    await promoted(admin, queue, folder);
    await judged(admin, folder, client);
    for (const person of people) person.calm();
  });
}

/** The page of an application: an answer with its buttons, and nothing of Karat but the script and a key that may only send signals. */
async function application(server, key, id, text) {
  const page = `<!doctype html><html lang="en"><title>Shop</title><link rel="icon" href="data:,">
<script src="${server.url}/karat.js" data-key="${key}" data-feature="triage" defer></script>
<main data-karat="${id}"><p>Your message goes to the ${text} desk.</p>
<button data-karat-accept>Use it</button> <button data-karat-undo>Undo</button> <button data-karat-thumb="down">Bad</button></main></html>`;
  const shop = createServer((_, response) => response.writeHead(200, { "content-type": "text/html; charset=utf-8" }).end(page));
  await new Promise((go) => shop.listen(0, "127.0.0.1", go));
  return {
    url: `http://127.0.0.1:${shop.address().port}/`,
    end: () => {
      shop.closeAllConnections();
      return new Promise((go) => shop.close(go));
    },
  };
}

/** A user takes the answer, takes it back, and says that it was bad. */
async function dislikes({ page, hands }, url) {
  await page.goto(url);
  const told = new Set();
  page.on("request", (request) => {
    if (!request.url().includes("/v1/signals")) return;
    for (const [kind] of (request.postData() ?? "").matchAll(/response\.accepted|response\.undone|feedback\.thumb/g)) told.add(kind);
  });
  for (const name of ["Use it", "Undo", "Bad"]) await hands.press(page.getByRole("button", { name }));
  for (let wait = 0; wait < 100 && told.size < 3; wait += 1) await page.waitForTimeout(100);
  assert.equal(told.size, 3, [...told].join());
}

/** Both stand on Live, and lead to the request with its answer. */
async function seen(person, id) {
  const { page, hands } = person;
  await hands.keys("g v");
  const worst = page.getByRole("region", { name: "Look at these first" }).getByRole("listitem").first();
  for (let wait = 0; wait < 100 && (await worst.count()) === 0; wait += 1) {
    await page.waitForTimeout(100);
    await page.reload();
    await page.getByRole("heading", { name: "Live: triage", level: 1 }).waitFor();
    await page.getByRole("region", { name: "Look at these first" }).waitFor();
  }
  assert.match((await worst.innerText()).replace(/\s+/g, " "), /^thumb down .* live simulated The app shows that i have paid twice.* technical/);
  const signals = page.getByRole("region", { name: "What people did with the answers" });
  assert.match((await signals.innerText()).replace(/\s+/g, " "), /1 of 1 more still ripen/, "what happened a moment ago is shown, and not counted yet");
  await readable(person, "Live with signals");
  await hands.press(worst.getByRole("link", { name: "thumb down" }));
  await page.waitForURL(`**/live/${id}`);
  const told = page.getByRole("table", { name: "Signals in the order of arrival" });
  for (const kind of ["response.undone", "feedback.thumb"]) await told.getByText(kind).waitFor();
}

/** One click, or one key, and it waits for people; the answer's queue. */
async function proposed(person) {
  const { page, hands } = person;
  await hands.choose(page.getByLabel("Who labels it"), "two people");
  const button = page.getByRole("button", { name: /Make it a candidate case/ });
  if (hands instanceof Mouse) await hands.press(button);
  else {
    // Out of the list of choices, where a letter chooses.
    await hands.into(button);
    await hands.keys("c");
  }
  await page.getByText(/It waits in triage-candidates for labels by 2 people; until then no run and no gate uses it/).waitFor();
  await readable(person, "a request that became a candidate");
  return "triage-candidates";
}

/** Each of two says what is right, with neither the answer nor the thumb nor the other's label in view. */
async function labelled({ page, hands }, queue) {
  await hands.keys("g l");
  await hands.press(page.getByRole("link", { name: queue, exact: true }));
  await page.getByText(MESSAGE, { exact: true }).waitFor();
  assert.doesNotMatch(await said(page), /thumb|undone|live|spare/);
  const option = page.getByRole("group", { name: /right\?$/ }).getByRole("button", { name: "billing" });
  if (hands instanceof Mouse) await hands.press(option);
  else await hands.keys(((await option.locator("kbd").textContent()) ?? "").trim());
  await option.and(page.locator("[aria-pressed=true]")).waitFor();
  const sent = page.waitForResponse((response) => response.url().endsWith("/api/v1/labels.submit"));
  if (hands instanceof Mouse) await hands.press(page.getByRole("button", { name: "Commit and next" }));
  else await hands.keys("Enter");
  assert.equal((await sent).status(), 200);
  await page.getByText(/label from you in this sitting/).waitFor();
}

/** What both said becomes a held-out case of the dataset. */
async function promoted(person, queue, folder) {
  const { page, hands } = person;
  await hands.keys("g l");
  await page.getByRole("link", { name: queue, exact: true }).waitFor();
  await page.reload();
  await hands.press(page.getByRole("button", { name: "Make 1 gold" }));
  const dialog = page.getByRole("dialog");
  await hands.choose(dialog.getByLabel("Which cases"), "only held-out ones; new cases are held out");
  await dialog.getByText(/1 added, 0 changed, 0 left out/).waitFor();
  await hands.press(dialog.getByRole("button", { name: "Write them" }));
  await dialog.getByText(/1 added · 0 changed/).waitFor();
  await hands.keys("Escape");
  await dialog.waitFor({ state: "detached" });
  const last = JSON.parse(folder.read("messages.jsonl").trim().split("\n").at(-1));
  assert.deepEqual([last.input, last.expected, last.split], [{ message: MESSAGE }, "billing", "gate"]);
}

/** The gate says that its cases have changed, is judged again, and counts one more; meanwhile the feature answers. */
async function judged(person, folder, client) {
  const { page, hands } = person;
  await hands.keys("g g");
  await page.getByRole("heading", { name: "Gate of triage", level: 1 }).waitFor();
  const changed = page.getByRole("region", { name: "Changed since it was judged" });
  await changed.getByText("The cases that judge were changed: 60 then, 61 now.").waitFor();
  assert.equal((await ask(client, MESSAGE)).variant, "live", "a case more stops no application");
  await hands.press(page.getByRole("link", { name: "Judge again" }));
  await hands.press(page.getByRole("button", { name: "Judge", exact: true }));
  await page.waitForURL(/\/evals\/[0-9a-f-]{36}/);
  await page.getByText(/61 held-out cases, answered once each/).waitFor();
  const words = (await page.getByRole("region", { name: "Verdict", exact: true }).innerText()).replace(/\s+/g, " ");
  assert.match(words, /^Verdict pass simulated live passes: we can promise that at least \d+ of 100 support messages meet right-desk/);
  const { out } = folder.karat("verdict");
  assert.match(out, /pass on 61 cases[\s\S]*pass on 60 cases/, "the terminal tells the same");
}
