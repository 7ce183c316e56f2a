// Step 5 of the story: two people label new cases blind, a third settles three disputes, and gold has a second version.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { call, done, inCompany, invite, join, signIn } from "./doors.mjs";
import { bothHands, Mouse } from "./hands.mjs";
import { openBrowser } from "./person.mjs";
import { Folder } from "./start.mjs";

/** New messages with what the first and the second person say: they differ on three. */
const ITEMS = [
  ["The parcel with order B-9001 never came", "shipping", "shipping"],
  ["You took the money for B-9002 twice", "billing", "billing"],
  ["I want to send the rear light of B-9003 back", "returns", "returns"],
  ["My password mail for the app never comes", "account", "account"],
  ["The app crashes when I plan a tour", "technical", "technical"],
  ["Please end my membership and pay back March", "cancellation", "billing"],
  ["The lamp came broken, where is the new one", "returns", "shipping"],
  ["A stranger ordered in my name, stop it", "account", "shipping"],
  ["Where do I find the invoice of B-9009", "billing", "billing"],
];
const SETTLED = [["cancellation", /gap in the guideline/], ["returns", /ambiguous/], ["account", /slip/]];

let browser;
before(async () => (browser = await openBrowser()));
after(() => browser?.close());

for (const Hands of bothHands) {
  test(`two people label blind and a third settles, with ${Hands.called}`, { timeout: 600_000 }, async () => {
    await inCompany(browser, Hands, Folder.example("support-triage"), journey);
  });
}

async function journey(server, arrive) {
  const admin = await arrive();
  await signIn(admin, server);
  const second = await arrive();
  await join(second, await invite(admin, "labeller", "Mina, for the new messages"), "Mina");
  second.page.on("request", (request) => {
    if (request.url().endsWith("/api/v1/labels.submit")) second.sent = request.postDataJSON();
  });
  const third = await arrive();
  await join(third, await invite(admin, "labeller", "Noor, who settles"), "Noor");

  await open(admin, "fresh");
  await label(admin, "fresh", 1);
  await label(second, "fresh", 2);
  await refused(admin, second, third);
  await settle(third, "fresh");
  await agreement(admin, "fresh");
  await promote(admin, "fresh");
}

/** Pastes rows into a queue for two people each. */
async function open({ page, hands }, name) {
  await hands.keys("g l");
  await hands.press(page.getByRole("button", { name: "Open a queue" }).first());
  const dialog = page.getByRole("dialog", { name: "Open a queue" });
  const source = dialog.getByRole("radio", { name: "new inputs, pasted" });
  if (hands instanceof Mouse) await hands.press(source);
  else await hands.keys("ArrowDown");
  await source.and(dialog.locator(":checked")).waitFor();
  await hands.into(dialog.getByLabel("Rows, CSV with a head or JSON lines"));
  await hands.paste(["message", ...ITEMS.map(([text]) => `"${text}"`)].join("\n"));
  assert.equal(await dialog.getByLabel("People for each").inputValue(), "2");
  await hands.press(dialog.getByText("Name and guideline"));
  await hands.fill(dialog.getByLabel("Name of the queue"), name);
  await hands.fill(dialog.getByLabel("Guideline, Markdown"), "R1: what the writer wants now decides\nR2: a stranger in the account is account");
  await hands.press(dialog.getByRole("button", { name: "Open the queue" }));
  await page.waitForURL(`**/label/${name}`);
}

/** Labels everything that is offered. `whose` is the column of ITEMS with what this person says. */
async function label({ page, hands }, queue, whose) {
  if (!page.url().endsWith(`/label/${queue}`)) {
    await hands.keys("g l");
    await hands.press(page.getByRole("link", { name: queue, exact: true }));
  }
  const said = new Map(ITEMS.map((item) => [item[0], item[whose]]));
  const seen = new Set();
  const options = page.getByRole("group", { name: "Which queue is right?" });
  const end = page.getByText(/labels from you in this sitting/);
  /** The message in hand and its place; now and then a message comes a second time, to see how far one agrees with oneself. */
  const inHand = () => page.waitForFunction((texts) => {
    if (document.querySelector("main")?.innerText.includes("labels from you in this sitting")) return { ended: true };
    const room = document.querySelector("[data-between=false]");
    const text = texts.find((text) => [...(room?.querySelectorAll("p") ?? [])].some((p) => p.textContent === text));
    return text && !room.querySelector("[aria-pressed=true]:not([data-kind])") && { text };
  }, [...said.keys()]).then((handle) => handle.jsonValue());
  for (let now = await inHand(); !now.ended; now = await inHand()) {
    // Blind: neither the other person's label nor a suggestion stands on the page.
    assert.equal(await page.getByText(/Suggested by a model/).count(), 0);
    const option = options.getByRole("button", { name: said.get(now.text) });
    if (hands instanceof Mouse) await hands.press(option);
    else await hands.keys(((await option.locator("kbd").textContent()) ?? "").trim());
    await option.and(page.locator("[aria-pressed=true]")).waitFor();
    const sent = page.waitForResponse((response) => response.url().endsWith("/api/v1/labels.submit"));
    if (seen.size === 0) {
      // Once out of a text, where Enter alone would begin a line.
      if (hands instanceof Mouse) await hands.into(page.getByLabel(/^Comment/));
      else await hands.keys("c");
      await page.keyboard.type("seen first");
      await hands.keys("Control+Enter");
    } else if (hands instanceof Mouse) await hands.press(page.getByRole("button", { name: "Commit and next" }));
    else await hands.keys("Enter");
    seen.add(now.text);
    assert.equal((await sent).status(), 200);
  }
  await end.waitFor();
  assert.equal(seen.size, ITEMS.length);
}

/** What a labeller must not do, over the page and beside it. */
async function refused(admin, second, third) {
  const { page, hands } = second;
  await hands.keys("g s");
  await hands.press(page.getByRole("link", { name: "People" }));
  await page.getByText("Whoever is admin sees people and tokens").waitFor();
  assert.equal(await page.getByRole("button", { name: "Invite somebody" }).count(), 0);
  for (const [operation, input] of [
    ["people.invite", { role: "admin" }],
    ["people.list", {}],
    ["keys.set", { name: "OPENAI_API_KEY", key: "sk-x" }],
    ["tokens.create", { name: "mine", role: "admin" }],
    ["labels.open", { feature: "triage", source: "cases" }],
  ]) {
    const { status, body } = await call(second, operation, input);
    assert.equal(status, 403, `${operation}: ${JSON.stringify(body)}`);
  }

  // The same item twice: nothing more is offered, and what was sent once is refused when it comes again.
  assert.equal((await done(second, "labels.next", { queue: "fresh" })).item, null);
  const again = await call(second, "labels.submit", { ...second.sent, value: "billing" });
  assert.ok([403, 409, 422].includes(again.status), JSON.stringify(again));
  assert.equal((await done(admin, "labels.agreement", { queue: "fresh" })).n_labels, 2 * ITEMS.length);

  // Nobody settles what they labelled: it is not offered, and asking for it by its name is refused.
  for (const person of [admin, second]) {
    const { disputes, n_waiting } = await done(person, "labels.disputes", { queue: "fresh" });
    assert.deepEqual([disputes, n_waiting], [[], 3]);
  }
  const { disputes } = await done(third, "labels.disputes", { queue: "fresh" });
  for (const person of [admin, second]) {
    const own = await call(person, "labels.adjudicate", { queue: "fresh", item: disputes[0].item, value: "billing", cause: "slip" });
    assert.ok([403, 409].includes(own.status), JSON.stringify(own));
  }
}

/** Settles three disputes, each with another cause; who said what is not shown. */
async function settle({ page, hands }, queue) {
  await hands.keys("g l");
  await hands.press(page.getByRole("link", { name: "3 disputes" }));
  for (const [index, [text]] of [...SETTLED.entries()]) {
    const n = SETTLED.length - index;
    await page.getByText(`Dispute 1 of ${n}.`).waitFor();
    const main = await page.locator("main").innerText();
    for (const name of ["Mina", "the owner"]) assert.ok(!new RegExp(`\\b${name}\\b said`).test(main) && !main.includes(`by ${name}`), main);
    const [message, first, other] = ITEMS.find(([message]) => main.includes(message));
    assert.notEqual(first, other, message);
    const [, cause] = SETTLED.find(([value]) => value === first);
    const option = page.getByRole("group", { name: "Which queue is right?" }).getByRole("button", { name: first });
    if (hands instanceof Mouse) await hands.press(option);
    else await hands.keys(((await option.locator("kbd").textContent()) ?? "").trim());
    await option.and(page.locator("[aria-pressed=true]")).waitFor();
    await reason(page, hands, cause);
    if (hands instanceof Mouse) await hands.press(page.getByRole("button", { name: "Settle" }));
    else await hands.keys("Control+Enter");
    await page.getByText(message, { exact: true }).waitFor({ state: "detached" });
  }
  await page.getByText("Nothing is disputed.").waitFor();
}

/** One cause of four: the arrows go from one to the next. */
async function reason(page, hands, cause) {
  const radio = page.getByRole("radio", { name: cause });
  if (hands instanceof Mouse) await hands.press(radio);
  else {
    await hands.press(page.getByRole("radio").first());
    while (!(await radio.isChecked())) await hands.keys("ArrowDown");
  }
  assert.ok(await radio.isChecked());
}

/** Six of nine agree; every figure stands with its n and its interval. */
async function agreement(person, queue) {
  const { page, hands } = person;
  await hands.keys("g l");
  await hands.press(page.getByRole("link", { name: "Agreement" }));
  await page.getByText(/Two people say the same about 67 of 100 items \(.*n 9\)/).waitFor();
  const measures = page.getByRole("heading", { name: "Measures" }).locator("xpath=ancestor::section");
  for (const line of await measures.getByRole("listitem").all()) assert.match(await line.innerText(), /n 9/);
  assert.match(await measures.innerText(), /Cohen|Krippendorff|Gwet/);
  for (const [, cause] of SETTLED) await page.getByRole("listitem").filter({ hasText: cause }).filter({ hasText: /1 of 3/ }).waitFor();
  await person.axe("agreement");
}

/** Nine agreed labels become the second version of the dataset, and the difference shows them. */
async function promote({ page, hands }) {
  await hands.keys("g l");
  await hands.press(page.getByRole("button", { name: "Make 9 gold" }));
  const dialog = page.getByRole("dialog");
  await dialog.getByText(/9 added, 0 changed, 0 left out/).waitFor();
  await hands.press(dialog.getByRole("button", { name: "Write them" }));
  await dialog.getByText(/9 added · 0 changed/).waitFor();
  await hands.press(dialog.getByRole("link", { name: "See what changed" }));
  await page.waitForURL("**/data/tickets/versions?*");
  const versions = page.getByRole("table", { name: "Versions of the dataset" }).getByRole("row");
  await versions.nth(2).waitFor();
  assert.equal(await versions.count(), 3, "a head and two versions");
  assert.match(await versions.nth(1).innerText(), /now[\s\S]*319/);
  assert.match(await versions.nth(2).innerText(), /310/);
  await page.getByText(ITEMS[0][0]).first().waitFor();
}
