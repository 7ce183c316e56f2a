// One journey as one function: walked with the mouse and with the keyboard alone, each time in a folder of its own.

import { after, before, test } from "node:test";

import { bothHands } from "./hands.mjs";
import { openBrowser, Person } from "./person.mjs";
import { startServer } from "./start.mjs";

let browser;

/** Opens one browser for the journeys of a file. */
export function withBrowser() {
  before(async () => {
    browser = await openBrowser();
  });
  after(() => browser?.close());
}

/** `prepare` makes the folder; `journey` gets `{ person, page, hands, folder, server, t }` once the link was opened. */
export function walk(name, prepare, journey) {
  for (const Hands of bothHands) {
    test(`${name} (${Hands.called})`, { timeout: 300_000 }, async (t) => {
      const folder = prepare();
      t.after(() => folder.remove());
      const server = await startServer(folder);
      t.after(() => server.end());
      const person = await Person.arrive(browser, Hands);
      t.after(() => person.leave());
      await person.page.goto(server.link);
      await person.page.getByRole("heading", { name: "Today", level: 1 }).waitFor();
      try {
        await journey({ person, page: person.page, hands: person.hands, folder, server, t });
      } catch (error) {
        t.diagnostic(`at ${person.page.url()}: ${await said(person.page).catch(() => "nothing is shown")}`);
        for (const trouble of person.troubles) t.diagnostic(trouble);
        throw error;
      }
      person.calm();
    });
  }
}

/** No violation in light and in dark. */
export async function readable(person, what) {
  for (const theme of ["light", "dark"]) {
    await person.theme(theme);
    await person.axe(`${what}, ${theme}`);
  }
  await person.theme("light");
}

/** What the page says, as one line. */
export async function said(page) {
  return (await page.locator("main").innerText()).replace(/\s+/g, " ");
}
