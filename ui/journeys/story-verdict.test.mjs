// Steps 1 to 3 of the story: an empty folder, forty pasted rows, a verdict on two candidates and on rules from her own cases.

import assert from "node:assert/strict";

import { fortyRows } from "./rows.mjs";
import { Folder } from "./start.mjs";
import { readable, said, walk, withBrowser } from "./walk.mjs";

const MOST_INTERACTIONS = 12;
const MOST_MILLISECONDS = 120_000;

/** What may be asked of the server while nothing is locked: none of it compares answers. */
const BEFORE_THE_LOCK = new Set(["today.show", "runs.active", "bets.preview", "bets.list", "bets.create"]);

withBrowser();

walk("forty pasted rows get a verdict", () => new Folder(), async ({ person, page, hands, folder, t }) => {
  const begun = Date.now();
  const asked = listen(page);
  const first = page.locator("main [data-kind=loud]");
  await first.waitFor();
  assert.match(await said(page), /Begin here 1 Begin with a bet/, "Today says what to do first");
  await readable(person, "Today in an empty folder");

  // The rows. The field has the focus; what each column is was guessed.
  await hands.press(first);
  await page.getByRole("heading", { name: "New bet", level: 1 }).waitFor();
  const room = page.getByRole("textbox", { name: /^Paste cells/ });
  if (!(await room.evaluate((field) => field === document.activeElement))) await hands.into(room);
  await hands.paste(fortyRows());
  const hypothesis = page.getByLabel(/^Hypothesis/);
  await hypothesis.waitFor();
  assert.match(await said(page), /40 rows, TSV/);
  for (const [column, role] of [["input", "input"], ["expected", "desired answer"], ["model_a", "a candidate"], ["model_b", "a candidate"]]) {
    assert.equal(await chosen(page.getByLabel(`What ${column} is`)), role, column);
  }

  // What is written down, before any outcome.
  await hands.fill(hypothesis, "A model sorts these messages as well as our people do");
  await hands.fill(page.getByLabel(/^Floor/), "85");
  await hands.press(page.getByRole("button", { name: "4 weeks" }));
  const deadline = await page.getByLabel(/^Deadline/).inputValue();
  const lock = page.getByRole("button", { name: "Lock this in and see the verdict" });
  await page.getByText("A later change of the floor shows as an amendment.").waitFor();
  await readable(person, "the bet before it is locked");
  await nothingShown(page, asked);
  assert.deepEqual(folder.list(), [], "nothing is written before the lock");

  await hands.press(lock);
  const variants = page.getByRole("list", { name: "The variants beside each other" });
  await variants.waitFor();
  const interactions = hands.n;
  const milliseconds = Date.now() - begun;
  t.diagnostic(`${interactions} interactions, ${milliseconds} ms with the checks between them`);
  assert.ok(interactions <= MOST_INTERACTIONS, `${interactions} interactions to the first verdict`);
  assert.ok(milliseconds < MOST_MILLISECONDS, `${milliseconds} ms to the first verdict`);

  // A is killed, B is undecided with a promise, the rules stand beside both.
  assert.match(await rowOf(variants, "model-a"), /fail .*at most \d\d of 100 right 0\.50 \[/);
  const b = await rowOf(variants, "model-b");
  assert.match(b, /undecided .*0\.90 \[\d\.\d\d, \d\.\d\d\] · n 40/);
  const [, promise] = /today we can promise (\d+) of 100/.exec(b) ?? assert.fail(b);
  assert.ok(Number(promise) >= 65 && Number(promise) <= 75, `about 70 of 100, not ${promise}`);
  assert.match(await rowOf(variants, "rules"), /baseline rules/);
  assert.equal(await page.getByRole("heading", { name: "Rules: rules" }).count(), 1);
  await readable(person, "the verdict");

  // What was promised stands in the files, and was locked before the run began.
  const toml = folder.read("karat.toml");
  assert.match(toml, /min = 0\.85/);
  assert.ok(toml.includes(`deadline = ${deadline}`), "the deadline as it was chosen");
  const { bets: [bet] } = folder.call("bets.list");
  assert.equal(bet.amendments.length, 0);
  assert.ok(bet.locked_at, "the bet is locked");
  assert.ok(asked.names.indexOf("bets.create") < asked.names.indexOf("gate.judge"), "written down first, judged then");

  await editRule({ page, hands, folder, variants, person });
});

/** A word more in the first sentence: it is saved, counted and judged as a new candidate. */
async function editRule({ page, hands, folder, variants, person }) {
  const file = "rules/new-bet.toml";
  const before = folder.read(file);
  const first = page.getByRole("listitem", { name: /^1\. If the input has/ });
  await hands.fill(page.getByRole("textbox", { name: "any of: another word for rule 1" }), "parcel");
  await hands.keys("Enter");
  await first.getByRole("button", { name: "Take parcel away from rule 1" }).waitFor();
  await first.getByText("counted once it is saved").waitFor();
  await readable(person, "a changed rule");
  await hands.press(page.getByRole("button", { name: "Save and judge again" }));
  // Parcels are for shipping: the first rule fits 20 cases now and is right on 10 of them.
  await first.getByText("fits 20 of 40, right on 10").waitFor();
  await variants.getByText(/^0\.75 \[/).waitFor();
  await page.getByRole("button", { name: "Judge again" }).waitFor();
  assert.match(await rowOf(variants, "rules"), /0\.75 \[\d\.\d\d, \d\.\d\d\] · n 40/);
  const after = folder.read(file);
  assert.notEqual(after, before);
  assert.ok(after.includes("parcel"), after);
  assert.equal(folder.call("runs.list", { scope: "all" }).runs.length, 2, "both judgements are kept");
}

function listen(page) {
  const asked = { names: [], answers: [] };
  page.on("response", (response) => {
    const [, name] = /\/api\/v1\/(.+)$/.exec(new URL(response.url()).pathname) ?? [];
    if (!name) return;
    asked.names.push(name);
    if (name === "bets.preview") asked.answers.push(response.text());
  });
  return asked;
}

/** No outcome: not on the page, and not in anything that the server sent. */
async function nothingShown(page, asked) {
  for (const name of asked.names) assert.ok(BEFORE_THE_LOCK.has(name), `${name} was asked before the lock`);
  const shown = await page.locator("html").evaluate((html) => html.outerHTML);
  for (const text of [shown, ...(await Promise.all(asked.answers))]) {
    assert.doesNotMatch(text, /\b(20|36) of 40\b|\b(50|90) ?%|\b0\.90?\b|\b0\.50?\b/, "no count of right answers");
    assert.doesNotMatch(text, /"(n_right|estimate|score|verdict|is_right)"/);
  }
  assert.equal(await page.locator("[data-verdict]").count(), 0, "no verdict mark");
  assert.doesNotMatch(await said(page), /undecided|\bfails?\b/);
}

async function rowOf(variants, name) {
  const row = variants.getByRole("listitem").filter({ has: variants.page().getByText(name, { exact: true }) });
  return (await row.innerText()).replace(/\s+/g, " ");
}

function chosen(select) {
  return select.evaluate((element) => element.selectedOptions[0].label);
}
