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
