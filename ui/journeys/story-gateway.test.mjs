// Step 7 of the story: OpenAI's unmodified client calls the feature; the first model dies and a proven replacement answers,
// an unproven one is refused; `kill -9` loses nothing of which anybody saw the end.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { join as path } from "node:path";

import { done, signIn } from "./doors.mjs";
import { bothHands } from "./hands.mjs";
import { openBrowser, Person } from "./person.mjs";
import { ask, keyFor, message, openAi, production } from "./production.mjs";
import { freePort, startMock, startServer } from "./start.mjs";
import { readable } from "./walk.mjs";

const DESKS = ["billing", "shipping", "returns", "technical"];
/** Applications that ask at once while the server is killed. */
const CROWD = 8;

let browser;
before(async () => (browser = await openBrowser()));
after(() => browser?.close());

for (const Hands of bothHands) {
  test(`a model dies, a proven one answers, and a kill loses nothing, with ${Hands.called}`, { timeout: 180_000 }, async (t) => {
    const { folder, first, second } = await production();
    t.after(() => folder.remove());
    t.after(() => second.end());
    t.after(() => first.end());
    const port = await freePort();
    let server = await startServer(folder, { port });
    t.after(() => server.end());
    const person = await Person.arrive(browser, Hands);
    t.after(() => person.leave());
    await signIn(person, server);
    const client = openAi(server, keyFor(folder, "shop", "infer"));

    await answered(person, client);
    await replaced(person, client, first);
    await refused(client);

    const again = await startMock(path(folder.path, "good.toml"), first.port);
    t.after(() => again.end());
    // Nobody looks while the server is gone; a browser would complain of it.
    await person.page.goto("about:blank");
    const crowd = ended(client);
    await crowd.some(60);
    await server.kill();
    const seen = await crowd.all();
    server = await startServer(folder, { port });
    await kept(person, server, seen, t);
    person.calm();
  });
}

/** Whole and streamed answers, as the application and as the page Live see them. */
async function answered({ page, hands }, client) {
  for (const [index, desk] of DESKS.entries()) {
    const { text, variant, attempts } = await ask(client, message(200 + index, desk), { stream: index % 2 === 1, user: "ana" });
    assert.deepEqual({ text, variant, attempts }, { text: desk, variant: "live", attempts: 1 });
  }
  await hands.keys("g v");
  await page.getByRole("heading", { name: "Live: triage", level: 1 }).waitFor();
  await page.getByText("4 requests", { exact: true }).first().waitFor();
  const order = page.getByRole("list", { name: "Who answers, in order" });
  await order.waitFor();
  assert.deepEqual(await order.getByRole("listitem").allInnerTexts(), ["live proven", "spare proven"]);
  assert.match(await page.getByRole("list", { name: "Who may not answer" }).innerText(), /refused fresh has no proof\s+next: `karat gate triage --variant fresh`/);
  await hands.keys("2");
  await page.getByRole("region", { name: "4 requests" }).waitFor();
  assert.deepEqual(await cells(page, "variant"), Array(4).fill("live simulated"));
}

/** The first model is gone: the second answers within the same request, and the page says what went wrong before. */
async function replaced(person, client, first) {
  const { page, hands } = person;
  await first.kill();
  const { text, variant, attempts, id } = await ask(client, message(210, "returns"), { stream: true, user: "ana" });
  assert.deepEqual({ text, variant, attempts }, { text: "returns", variant: "spare", attempts: 2 });
  await page.reload();
  await page.getByRole("region", { name: "5 requests" }).waitFor();
  assert.match((await cells(page, "variant"))[0], /^spare simulated$/, "it is proven, so nothing says unproven");
  await hands.press(page.locator("[data-row]").first());
  await page.waitForURL(`**/live/${id}`);
  const attempted = page.getByRole("table", { name: "Attempts in order" }).getByRole("row");
  await attempted.nth(2).waitFor();
  assert.match(await attempted.nth(1).innerText(), /live[\s\S]*first\/sorter[\s\S]*unreachable/);
  assert.match(await attempted.nth(2).innerText(), /spare[\s\S]*second\/sorter[\s\S]*200[\s\S]*nothing/);
  await readable(person, "a request that was replaced");
}

/** A variant without a proof does not answer, by its name or as the last of the waterfall. */
async function refused(client) {
  const asked = ask(client, message(220, "billing"), { model: "triage/fresh" });
  await assert.rejects(asked, (error) => error.status === 403 && /fresh has no proof[\s\S]*karat gate triage --variant fresh/.test(error.message));
}

/** Applications that ask again and again until the server is gone; ids of the answers whose end they saw. */
function ended(client) {
  const seen = [];
  const asks = Array.from({ length: CROWD }, async (_, index) => {
    for (let n = 0; ; n += 1) {
      try {
        const { id } = await ask(client, message(1000 * (index + 1) + n, DESKS[n % 4]), { stream: index % 2 === 0, user: "crowd" });
        seen.push(id);
      } catch {
        return;
      }
    }
  });
  return {
    some: async (n) => {
      while (seen.length < n) await new Promise((go) => setTimeout(go, 10));
    },
    all: async () => {
      await Promise.all(asks);
      return seen;
    },
  };
}

/** Each of them is in the ledger, once; the page opens the last one, and whoever was signed in still is. */
async function kept(person, server, seen, t) {
  const { page, hands } = person;
  await page.goto(`${server.url}/live?feature=triage&tab=requests&user=crowd`);
  await page.getByRole("region", { name: /requests/ }).waitFor();
  const times = new Map();
  for (let cursor; ; ) {
    const { inferences, next } = await done(person, "inferences.list", { limit: 500, ...(cursor && { cursor }) });
    for (const { id } of inferences) times.set(id, (times.get(id) ?? 0) + 1);
    if (!next) break;
    cursor = next;
  }
  assert.deepEqual(seen.filter((id) => times.get(id) !== 1), []);
  t.diagnostic(`acknowledged ${seen.length}, in the ledger ${times.size}, missing 0, double 0`);
  await page.goto(`${server.url}/live/${seen.at(-1)}`);
  await page.getByRole("region", { name: "Answered" }).waitFor();
  await hands.keys("u");
  await page.waitForURL(/\/live\?feature=triage/);
}

/** The cells under this head, from the first row to the last. */
async function cells(page, head) {
  const table = page.getByRole("table", { name: "Requests, the last one first" });
  const at = (await table.getByRole("columnheader").allInnerTexts()).findIndex((text) => text.trim() === head);
  const rows = await table.locator("tbody tr").all();
  return Promise.all(rows.map(async (row) => (await row.locator("td, th").nth(at).innerText()).replace(/\s+/g, " ").trim()));
}
