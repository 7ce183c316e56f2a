// Step 10 of the story: a stranger reads the forwarded page; the terminal and HTTP tell the same numbers.

import assert from "node:assert/strict";

import { Folder } from "./start.mjs";
import { readable, walk, withBrowser } from "./walk.mjs";

withBrowser();

walk("a stranger reads the forwarded page", judged, async ({ person, page, hands, folder, server }) => {
  await hands.press(page.getByRole("navigation", { name: "Pages" }).getByRole("link", { name: "Page" }));
  await page.getByRole("heading", { name: "Page", level: 1 }).waitFor();
  const sheet = page.frameLocator("iframe");
  const heading = sheet.getByRole("heading", { level: 1 });
  await heading.waitFor();
  await readable(person, "the page to forward in its frame");
  const shown = await flat(sheet.locator("main"));

  // How many of 100 fail, at least and at most; on what that rests.
  const sentence = "steady-b passes: we can promise that at least 91 of 100 support messages meet right-queue; the floor is 85.";
  assert.match(await flat(heading), new RegExp(sentence));
  assert.match(shown, /91 meet right-queue, at least 8 we cannot say yet 1 do not, at least/);
  const [, least, most] = /So between (\d+) and (\d+) of 100 go wrong\./.exec(shown) ?? assert.fail(shown);
  assert.deepEqual([least, most], ["1", "9"]);
  assert.match(shown, /186 held-out cases, 5 repeats each/);
  // What it costs beside the rules, and what is to be decided next.
  assert.match(shown, /1,000 support messages cost \$0\.35 with steady-b, and nothing with rules\./);
  assert.match(shown, /The next decision Whether steady-b is to answer support messages/);

  // For the team there is more on it, and the same on top.
  await hands.press(page.getByRole("navigation", { name: "Audience" }).getByRole("link", { name: "For the team" }));
  await page.waitForURL(/audience=team/);
  await sheet.getByRole("heading", { name: "Every criterion of every variant" }).waitFor();
  const team = await flat(sheet.locator("main"));
  assert.ok(team.includes("So between 1 and 9 of 100 go wrong.") && team.length > shown.length + 500, "more for the team");
  await page.reload();
  await sheet.getByRole("heading", { name: "Every criterion of every variant" }).waitFor();
  await readable(person, "the page for the team");
  await hands.keys("a");
  await page.waitForURL(/audience=leader/);
  await page.locator('iframe[title$="for who decides"]').waitFor();

  // The file that is forwarded opens without Karat: from the disk, without a network, and it asks for nothing.
  const [download] = await Promise.all([page.waitForEvent("download"), hands.press(page.getByRole("link", { name: "Download" }))]);
  assert.equal(download.suggestedFilename(), "karat-triage-leader.html");
  const stranger = await person.context.newPage();
  const asked = [];
  stranger.on("request", (request) => asked.push(request.url()));
  stranger.on("console", (message) => message.type() === "error" && person.troubles.push(`the file: ${message.text()}`));
  await stranger.goto(`file://${await filed(download, folder)}`);
  assert.equal(await flat(stranger.locator("main")), shown, "the same words as in the application");
  assert.equal(asked.length, 1, "one file that needs nothing");
  assert.equal(await stranger.locator("script").count(), 0);
  await stranger.close();

  // The terminal and HTTP, with the key of a program, tell the same.
  const { headline, variants, run_id } = await overHttp({ folder, server });
  assert.equal(headline.sentence, sentence);
  assert.deepEqual([headline.good_of_100, headline.bad_of_100], [100 - Number(most), Number(least)]);
  const terminal = folder.karat("show");
  assert.equal(terminal.code, 0, terminal.err);
  assert.ok(terminal.out.replace(/\s+/g, " ").includes(sentence), terminal.out);
  assert.ok(terminal.out.includes(run_id.slice(0, 13)), "the same run");
  for (const variant of variants) {
    const { estimate, lower, upper, n } = variant.verdict.criteria.find(({ name }) => name === "correct");
    const interval = `${estimate.toFixed(2)} [${lower.toFixed(2)}, ${upper.toFixed(2)}]`;
    assert.ok(shown.includes(`${interval} n ${n}`), `${variant.name}: the page says ${interval}`);
    assert.match(terminal.out, new RegExp(`${variant.name} .*${interval.replace(/[[\].]/g, "\\$&")} +${n}`), "and the terminal");
  }
  assert.equal(folder.karat("show", "--format", "html").out, await (await page.request.get(`${server.url}/page/latest?feature=triage`)).text());
});

function judged() {
  const folder = Folder.example("support-triage");
  assert.equal(folder.karat("eval", "--quiet").code, 0);
  assert.equal(folder.karat("gate", "--quiet").code, 0);
  return folder;
}

/** Asks as a program that may only read. */
async function overHttp({ folder, server }) {
  const { token } = folder.call("tokens.create", { name: "a reader", role: "viewer" });
  const response = await fetch(`${server.url}/api/v1/runs.show`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: JSON.stringify({ run: "latest" }),
  });
  assert.equal(response.status, 200, await response.clone().text());
  return (await response.json()).report;
}

async function filed(download, folder) {
  const path = `${folder.path}/${download.suggestedFilename()}`;
  await download.saveAs(path);
  return path;
}

async function flat(locator) {
  return (await locator.innerText()).replace(/\s+/g, " ").trim();
}
