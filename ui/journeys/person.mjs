// A person at a browser: a context of their own, every complaint of the browser written down.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import assert from "node:assert/strict";

import { chromium } from "playwright-core";

const axeSource = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** Where the browser lies. */
function executable() {
  return process.env.CHROMIUM ?? "/usr/bin/chromium";
}

/** One browser for all people of a file. */
export function openBrowser() {
  return chromium.launch({
    executablePath: executable(),
    args: ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"],
  });
}

/** Somebody with cookies, a window and a pair of hands. */
export class Person {
  constructor(context, page, hands) {
    this.context = context;
    this.page = page;
    this.hands = hands;
    this.troubles = [];
  }

  /** `hands` is Mouse or Keyboard of hands.mjs. */
  static async arrive(browser, Hands, options = {}) {
    const context = await browser.newContext({
      viewport: { width: 1280, height: 860 },
      reducedMotion: "reduce",
      ...options,
    });
    await context.grantPermissions(["clipboard-read", "clipboard-write"]);
    const page = await context.newPage();
    page.setDefaultTimeout(45_000);
    const person = new Person(context, page, null);
    person.hands = new Hands(page);
    page.on("console", (message) => {
      if (message.type() === "error") person.troubles.push(`console: ${message.text()} ${message.location().url}`);
    });
    page.on("pageerror", (error) => person.troubles.push(`error: ${error.message}`));
    page.on("dialog", (dialog) => {
      person.troubles.push(`dialog: ${dialog.message()}`);
      dialog.dismiss();
    });
    return person;
  }

  /** A refused policy, an error in the console or an open dialog fails the journey. */
  calm() {
    assert.deepEqual(this.troubles, []);
  }

  /** Some answers are meant to be refused: the browser writes those down by itself. */
  expectRefusal(status) {
    const is = (trouble) => trouble.includes(`status of ${status}`);
    assert.ok(this.troubles.some(is), `no answer ${status}: ${this.troubles}`);
    this.troubles = this.troubles.filter((trouble) => !is(trouble));
  }

  /** No violation of WCAG 2.2 A and AA on what is shown now. */
  async axe(what) {
    // Evaluated through the debugger's protocol, so that the page's own policy stays in force.
    await this.page.evaluate(axeSource);
    const found = await this.page.evaluate(async () => {
      const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
      const { violations } = await globalThis.axe.run(document, { runOnly: { type: "tag", values: tags } });
      return violations.map(({ id, help, nodes }) => ({ id, help, nodes: nodes.slice(0, 3).map((node) => `${node.target} ${node.failureSummary}`) }));
    });
    assert.deepEqual(found, [], `${what}: ${JSON.stringify(found, null, 2)}`);
  }

  /** Nobody has to scroll sideways. */
  async fits() {
    const wide = await this.page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    assert.ok(wide <= 0, `${this.page.url()} is ${wide} px too wide`);
  }

  /** Light or dark, without a reload. */
  async theme(name) {
    await this.page.emulateMedia({ colorScheme: name, reducedMotion: "reduce" });
  }

  async leave() {
    await this.context.close();
  }
}
