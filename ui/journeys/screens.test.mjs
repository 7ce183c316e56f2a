// Every page once as a picture, in both themes without a violation of WCAG, and on a phone without scrolling sideways.

import { mkdirSync } from "node:fs";
import { after, before, test } from "node:test";
import { join as path, resolve } from "node:path";

import { done, inCompany, join, signIn } from "./doors.mjs";
import { furnish, furnished, rows } from "./furnish.mjs";
import { Mouse } from "./hands.mjs";
import { openBrowser } from "./person.mjs";
import { repository } from "./start.mjs";

const WIDE = { width: 1280, height: 860 };
const PHONE = { width: 390, height: 844 };
const folderOfPictures = resolve(repository, process.env.SCREENS ?? "target/screens");

let browser;
before(async () => {
  mkdirSync(folderOfPictures, { recursive: true });
  browser = await openBrowser();
});
after(() => browser?.close());

test("every page is a picture, legible in both themes and on a phone", { timeout: 900_000 }, async () => {
  const { folder, mock } = await furnished();
  try {
    await inCompany(browser, Mouse, folder, async (server, arrive) => {
      const admin = await arrive();
      await signIn(admin, server);
      const second = await arrive();
      const { bet, prototype } = await furnish(server, folder, admin, second);
      const third = await arrive();
      await join(third, (await done(admin, "people.invite", { role: "editor", note: "Noor, who settles" })).url, "Noor");
      const { runs } = await done(admin, "runs.list", { feature: "triage" });
      const [tune, earlier] = runs.filter(({ scope }) => scope !== "held-out").map(({ id }) => id);
      const pages = [
        ["today", "/today"],
        ["bet", "/bet", (page) => paste(page, folder)],
        ["bet-verdict", `/bet?bet=${bet}`],
        ["play", "/play?feature=triage", play],
        ["evals", "/evals?feature=triage"],
        ["run", `/evals/${tune}`],
        ["answers", `/evals/${tune}/answers`],
        ["compare", `/evals/${tune}/compare?first=rules&second=steady-b`],
        ["compare-runs", `/evals/compare?feature=triage&first=${earlier}&second=${tune}`],
        ["start", "/evals/start?feature=triage"],
        ["gate", "/gate?feature=triage"],
        ["gate-undecided", `/gate?feature=answers-by-desk`],
        ["live", "/live?feature=triage"],
        ["live-requests", "/live?feature=triage&tab=requests"],
        ["label", "/label"],
        ["label-item", "/label/spring", (page) => page.getByRole("button", { name: /Commit and next/ }).waitFor()],
        ["disputes", "/label/winter/disputes"],
        ["agreement", "/label/winter/agreement"],
        ["guideline", "/label/winter/guideline"],
        ["data", "/data"],
        ["cases", "/data/tickets"],
        ["case", "/data/tickets", (page) => page.getByRole("row").or(page.locator("[data-row]")).nth(2).click()],
        ["versions", "/data/tickets/versions"],
        ["health", "/data/tickets/health"],
        ["page-leader", "/page?feature=triage"],
        ["page-team", "/page?feature=triage&audience=team"],
        ["settings", "/settings"],
        ["people", "/settings/people"],
        ["history", "/settings/history"],
        ["browser", "/settings/browser"],
        ["prototype", prototype],
        ["join", "/join"],
      ];
      const others = { disputes: third, join: await arrive() };
      for (const [name, address, act] of pages) await look(others[name] ?? admin, server, name, address, act);
    });
  } finally {
    await mock.end();
  }
});

/** Light, dark, on a phone; the theme changes without a reload. */
async function look(person, server, name, address, act) {
  const { page } = person;
  await page.setViewportSize(WIDE);
  await person.theme("light");
  await page.goto(server.url + address);
  await page.locator("main h1").first().waitFor();
  await page.waitForLoadState("networkidle");
  await act?.(page);
  await take(person, name);
  await person.axe(`${name}, light`);
  await person.theme("dark");
  await take(person, `${name}-dark`, DARK);
  await person.axe(`${name}, dark`);
  await person.theme("light");
  await page.setViewportSize(PHONE);
  await person.fits();
  await take(person, `${name}-phone`, PHONES);
}

const DARK = ["today-dark", "gate-dark", "compare-dark"];
const PHONES = ["today-phone", "label-item-phone", "prototype-phone"];

/** Waits for the fonts, and moves the pointer and the focus away. */
async function take({ page }, name, among) {
  if (among && !among.includes(name) && !process.env.SCREENS_ALL) return;
  await page.evaluate(() => document.fonts.ready);
  await page.screenshot({ path: path(folderOfPictures, `${name}.png`), animations: "disabled", caret: "hide" });
}

async function paste(page, folder) {
  await page.getByRole("textbox").first().fill(rows(folder));
  await page.getByRole("region", { name: "The first rows" }).waitFor();
}

async function play(page) {
  await page.getByRole("button", { name: "Run", exact: true }).click();
  await page.getByText("same each time").first().waitFor();
}
