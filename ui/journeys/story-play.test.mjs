// Step 4 of the story: five repeats expose a simulated model as inconsistent, an edit of the prompt mends it, strangers try it.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { join as path } from "node:path";

import { inCompany, signIn } from "./doors.mjs";
import { bothHands, Mouse } from "./hands.mjs";
import { openBrowser } from "./person.mjs";
import { Folder, startMock } from "./start.mjs";

let browser;
before(async () => (browser = await openBrowser()));
after(() => browser?.close());

for (const Hands of bothHands) {
  test(`a prompt is mended in Play and strangers try it, with ${Hands.called}`, { timeout: 600_000 }, async () => {
    const folder = Folder.example("support-triage");
    const mock = await startMock(path(folder.path, "simulated/mock.toml"));
    try {
      folder.write("karat.toml", folder.read("karat.toml") + folder.read("simulated/karat.toml").replace(/base_url = .*/, `base_url = "${mock.url}"`));
      await inCompany(browser, Hands, folder, (server, arrive) => journey(folder, server, arrive));
    } finally {
      await mock.end();
    }
  });
}

async function journey(folder, server, arrive) {
  const her = await arrive();
  const heldOut = watch(her, folder);
  await signIn(her, server);
  await her.hands.keys("g p");
  await expose(her);
  await mend(her, folder);
  await candidate(her);
  const link = await publish(her);
  await heldOut();

  const stranger = await arrive({ viewport: { width: 390, height: 844 } });
  const seen = watch(stranger, folder);
  await tryIt(stranger, link);
  await seen();
  await cameBack(her);
}

/** Everything that the server answers is searched for held-out cases. */
function watch({ page }, folder) {
  const held = folder.read("data/tickets.jsonl").trim().split("\n").map((line) => JSON.parse(line)).filter(({ split }) => split === "gate");
  assert.equal(held.length, 186);
  const answers = [];
  page.on("response", (response) => {
    if (/\/api\/v1\/|\/prototype\//.test(response.url())) answers.push(response.text().catch(() => ""));
  });
  return async () => {
    const said = `${(await Promise.all(answers)).join("\n")}\n${await page.content()}`;
    for (const { id, input } of held) {
      assert.ok(!said.includes(`"${id}"`), `${id} is held out and was sent`);
      assert.ok(!said.includes(JSON.stringify(input.message).slice(1, -1)), `${id} is held out and its message was sent`);
    }
  };
}

const feasible = (page, name) => page.getByRole("heading", { name: "Is it feasible" }).locator("xpath=ancestor::section").getByRole("listitem").filter({ has: page.locator("b", { hasText: new RegExp(`^${name}$`) }) });

/** Five repeats of the model beside the rules. */
async function expose(her) {
  const { page, hands } = her;
  await page.getByRole("radio", { name: "5", exact: true }).and(page.locator(":checked")).waitFor();
  await page.getByText(/12 inputs × 2 variants × 5 repeats = 120 answers/).waitFor();
  await hands.press(page.getByRole("button", { name: "Run", exact: true }));
  const live = feasible(page, "live").first();
  await live.getByText("same each time").waitFor();
  await live.getByText("simulated").waitFor();
  const said = await live.innerText();
  assert.match(said, /different answers|not the same/i);
  assert.match(said, /same each time\s+0\.\d+/);
  await page.getByText(/[1-4] of 5 the same/).first().waitFor();
  assert.equal(await feasible(page, "rules").getByText("simulated").count(), 0);
  await her.axe("Play");
}

/** One more sentence in the prompt, run beside what is saved; then saved into the file. */
async function mend({ page, hands }, folder) {
  const mended = folder.read("simulated/live-mended.md");
  assert.notEqual(folder.read("simulated/live.md"), mended);
  if (hands instanceof Mouse) await hands.press(page.getByRole("button", { name: "prompt of live" }));
  else await hands.keys("e");
  const text = page.getByLabel("Text of the prompt");
  await hands.fill(text, mended);
  if (hands instanceof Mouse) await hands.press(page.getByRole("button", { name: "Run the draft beside the saved one" }));
  else await hands.keys("Control+Enter");
  const draft = feasible(page, "live").filter({ hasText: "draft" });
  await draft.getByText(/all 12 inputs get the same answer each time/).waitFor();
  assert.match(await draft.innerText(), /same each time\s+1/);
  if (hands instanceof Mouse) await hands.press(page.getByRole("button", { name: "Save into simulated/live.md" }));
  else {
    await hands.into(text);
    await hands.keys("Control+s");
  }
  await page.getByText(/as saved in simulated\/live\.md/).waitFor();
  assert.equal(folder.read("simulated/live.md"), mended);
  await feasible(page, "live").first().getByText(/all 12 inputs get the same answer each time/).waitFor();
}

/** A row becomes a candidate case for people who label. */
async function candidate({ page, hands }) {
  const row = page.locator("tr[data-play]").nth(1);
  if (hands instanceof Mouse) {
    await hands.press(row.locator("[data-row]"));
    await hands.press(row.getByRole("button", { name: "Make a candidate case" }));
  } else {
    await hands.into(row.locator("[data-row]"));
    await hands.keys("c");
  }
  const dialog = page.getByRole("dialog", { name: "A candidate case" });
  await hands.fill(dialog.getByLabel("Why it matters"), "it was answered differently each time");
  await hands.press(dialog.getByRole("button", { name: "Put it into the queue" }));
  await dialog.getByRole("link", { name: "Open the queue" }).waitFor();
  await hands.press(dialog.getByRole("button", { name: "Go on playing" }));
  await dialog.waitFor({ state: "detached" });
}

async function publish({ page, hands }) {
  if (hands instanceof Mouse) await hands.press(page.getByRole("button", { name: "Publish a prototype" }));
  else await hands.keys("p");
  const dialog = page.getByRole("dialog", { name: "Publish a prototype" });
  await hands.fill(dialog.getByLabel("Title for those who try it"), "Which desk answers you");
  assert.equal(await dialog.getByLabel("Variant").inputValue(), "live");
  await hands.press(dialog.getByRole("button", { name: "Make the link" }));
  const link = await dialog.getByLabel("The link of the prototype").textContent();
  await hands.press(dialog.getByRole("button", { name: "Done" }));
  await dialog.waitFor({ state: "detached" });
  return link;
}

/** No session, a phone: one question, one answer, one thumb. */
async function tryIt(stranger, link) {
  const { page, hands } = stranger;
  await page.goto(link);
  await page.getByRole("heading", { name: "Which desk answers you" }).waitFor();
  assert.deepEqual(await stranger.context.cookies(), []);
  await hands.fill(page.getByLabel("Your message"), "I lost my password");
  await hands.press(page.getByRole("button", { name: "Ask" }));
  const answer = page.getByRole("region", { name: "The answer" });
  await answer.getByText("account").waitFor();
  await answer.getByText("It is simulated.").waitFor();
  await hands.press(answer.getByRole("button", { name: "Yes" }));
  await hands.fill(answer.getByLabel(/What made it good/), "it was quick");
  await hands.press(answer.getByRole("button", { name: "Send" }));
  await answer.getByText("Recorded: it was what you needed, with your comment.").waitFor();
  await page.reload();
  await page.getByText("The answers here are simulated").waitFor();
  await stranger.fits();
  await stranger.axe("prototype");
}

/** The thumb and the comment stand with the prototype. */
async function cameBack({ page, hands }) {
  await page.reload();
  const row = page.getByRole("table", { name: "Prototypes that were published" }).getByRole("row").filter({ hasText: "Which desk answers you" });
  await row.getByText("1 of").waitFor();
  await row.getByText(/n 1\b/).waitFor();
  await hands.press(row.getByText("1 comment"));
  await row.getByText("it was quick").waitFor();
}
