// Today's first step can be done at once, every address of the rail opens, and everything has keys.

import assert from "node:assert/strict";

import { Folder } from "./start.mjs";
import { readable, said, walk, withBrowser } from "./walk.mjs";

const PAGES = [
  ["Today", "/today", "Today"], ["New bet", "/bet", "New bet"], ["Play", "/play", /Play/], ["Evals", "/evals", "Evals"], ["Gate", "/gate", "Gate of triage"], ["Live", "/live", "Live: triage"],
  ["Label", "/label", "Label"], ["Data", "/data", "Data"], ["Page", "/page", "Page"], ["Settings", "/settings", /Settings|Providers/],
];

withBrowser();

walk("the first step of Today is done from Today", judged, async ({ person, page, hands, folder }) => {
  const first = page.locator("main [data-kind=loud]");
  await first.waitFor();
  assert.equal(await first.count(), 1, "one thing is loud");
  const steps = page.getByRole("region", { name: "Do next" }).getByRole("listitem");
  assert.match(await flat(steps.first()), /Sign off steady-b/);
  assert.ok((await steps.count()) <= 5);
  assert.match(await said(page), /triage variant steady-b pass .* at least 91 of 100/);
  await readable(person, "Today");

  await hands.press(first);
  const signed = page.getByRole("region", { name: "Signed off by" });
  await hands.fill(signed.getByLabel("Note"), "Good enough for the first line of support");
  await hands.press(signed.getByRole("button", { name: "Sign", exact: true }));
  await page.getByRole("table", { name: "Sign-offs" }).waitFor();
  assert.equal(folder.call("gate.show").sign_offs.length, 1);

  await hands.keys("g t");
  await steps.first().waitFor();
  await page.getByText("It passed the gate of triage, and nobody stands for it yet.").waitFor({ state: "detached" });
  assert.doesNotMatch(await flat(steps.first()), /Sign off steady-b/, "what is done is no longer to do");

  // A bet of the list opens.
  await hands.press(page.getByRole("table", { name: "Bets" }).getByRole("link", { name: "triage-by-llm" }));
  await page.getByRole("heading", { level: 1, name: /^The keyword rules send one message in four/ }).waitFor();
});

walk("every address of the rail opens, by hand and by itself", judged, async ({ person, page, hands, server }) => {
  const rail = page.getByRole("navigation", { name: "Pages" });
  assert.deepEqual(await rail.getByRole("link").evaluateAll((links) => links.map((link) => link.getAttribute("href"))), PAGES.map(([, path]) => path));
  for (const [name, path, heading] of PAGES) {
    await hands.press(rail.getByRole("link", { name, exact: true }));
    await page.getByRole("heading", { level: 1, name: heading }).waitFor();
    assert.equal(new URL(page.url()).pathname.startsWith(path), true, page.url());
    await rail.locator(`[aria-current=page][href="${path}"]`).waitFor();
    await settled(page);
    await readable(person, name);
  }
  for (const [name, path, heading] of PAGES) {
    const response = await page.goto(server.url + path);
    assert.equal(response.status(), 200, path);
    await page.getByRole("heading", { level: 1, name: heading }).waitFor();
    assert.equal(await page.getByText("There is no such page").count(), 0, name);
  }
  await page.goto(`${server.url}/gates`);
  await page.getByRole("heading", { level: 1, name: "There is no such page" }).waitFor();
});

walk("the palette and the sheet of keys", judged, async ({ person, page, hands }) => {
  await page.locator("main [data-kind=loud]").waitFor();
  await hands.keys("Control+K");
  const palette = page.getByRole("dialog", { name: "Find a page or a command" });
  const typed = palette.getByRole("combobox");
  await typed.waitFor();
  assert.ok(await typed.evaluate((field) => field === document.activeElement), "writing can begin at once");
  await palette.getByRole("option", { name: /Gate of triage/ }).waitFor();
  await readable(person, "the palette");
  await page.keyboard.insertText("gate of tri");
  await palette.getByRole("option", { name: /Gate of triage/, selected: true }).waitFor();
  await hands.keys("Enter");
  await page.getByRole("heading", { level: 1, name: "Gate of triage" }).waitFor();
  await palette.waitFor({ state: "detached" });

  // The sheet lists what can be done here, so the page has to be there.
  await page.getByRole("button", { name: "Sign", exact: true }).waitFor();
  await hands.keys("?");
  const sheet = page.getByRole("dialog", { name: "Keys" });
  await sheet.waitFor();
  const keys = await flat(sheet);
  for (const says of ["Open Today", "Find a page or a command", "Sign off", "Judge the variants on the held-out cases"]) assert.ok(keys.includes(says), says);
  await readable(person, "the sheet of keys");
  await hands.keys("Escape");
  await sheet.waitFor({ state: "detached" });

  // Keys do what the sheet says.
  await hands.keys("s");
  assert.ok(await page.getByLabel("Note").evaluate((field) => field === document.activeElement), "S goes to the sign-off");
  await page.keyboard.insertText("g t");
  assert.equal(await page.getByLabel("Note").inputValue(), "g t", "in text, letters are letters");
});

walk("a link to what was filtered shows the same after a reload", judged, async ({ page, hands, server }) => {
  await hands.press(page.getByRole("navigation", { name: "Pages" }).getByRole("link", { name: "Evals" }));
  const runs = page.getByRole("table", { name: "Runs" }).getByRole("row");
  await runs.nth(2).waitFor();
  assert.equal(await runs.count(), 3, "an estimate, a verdict and the head");
  await hands.choose(page.getByLabel("Verdict"), "pass");
  await page.waitForURL(/verdict=pass/);
  await runs.nth(2).waitFor({ state: "detached" });
  assert.match(await flat(runs.nth(1)), /pass steady-b passes/);
  await page.reload();
  await runs.nth(1).waitFor();
  assert.equal(await page.getByLabel("Verdict").inputValue(), "pass");
  assert.equal(await runs.count(), 2);

  // The answers of a variant, from an address that somebody sent.
  await page.goto(`${server.url}/data/tickets?split=tune&field=metadata.segment&value=german`);
  await page.getByLabel("Split").waitFor();
  assert.equal(await page.getByLabel("Split").inputValue(), "tune");
  await hands.fill(page.getByLabel(/^Text/), "Rechnung");
  await page.waitForURL(/text=Rechnung/);
  const filtered = new URL(page.url()).search;
  await page.reload();
  assert.equal(await page.getByLabel(/^Text/).inputValue(), "Rechnung");
  assert.equal(new URL(page.url()).search, filtered);
  for (const part of ["split=tune", "field=metadata.segment", "value=german", "text=Rechnung"]) assert.ok(filtered.includes(part), filtered);
});

function judged() {
  const folder = Folder.example("support-triage");
  assert.equal(folder.karat("eval", "--quiet").code, 0);
  assert.equal(folder.karat("gate", "--quiet").code, 0);
  return folder;
}

/** Nothing is still being read. */
async function settled(page) {
  await page.waitForFunction(() => document.querySelector("main [aria-busy=true]") === null);
}

async function flat(locator) {
  return (await locator.innerText()).replace(/\s+/g, " ").trim();
}
