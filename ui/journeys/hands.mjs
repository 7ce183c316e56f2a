// Two ways to do the same things: with a mouse, and with the keyboard alone. A journey is written once and made with both.

import assert from "node:assert/strict";

/** Tab stops of one page; a page with more is not for people without a mouse. */
const MOST_STOPS = 400;

class Hands {
  constructor(page) {
    this.page = page;
    this.n = 0;
  }

  /** Presses keys, as one interaction. */
  async keys(keys) {
    this.n += 1;
    for (const key of keys.split(" ")) await this.page.keyboard.press(key);
  }

  /** Puts text where the caret is, from the clipboard, as one interaction. */
  async paste(text) {
    this.n += 1;
    await this.page.evaluate((text) => navigator.clipboard.writeText(text), text);
    await this.page.keyboard.press("Control+V");
  }

  /** Types over what a field holds. */
  async fill(field, text) {
    await this.into(field);
    await this.page.keyboard.press("Control+A");
    await this.page.keyboard.insertText(text);
  }
}

/** Points and clicks. */
export class Mouse extends Hands {
  static called = "mouse";

  async press(target) {
    this.n += 1;
    await target.click();
  }

  async into(field) {
    this.n += 1;
    await field.click();
  }

  async choose(select, label) {
    this.n += 1;
    await select.selectOption({ label });
  }
}

/** Tab, Shift, Enter, space, arrows and letters; never points. */
export class Keyboard extends Hands {
  static called = "keyboard";

  /** Goes on from where the focus is, round the page once. */
  async reach(target) {
    await target.waitFor({ state: "visible" });
    let handle = await target.elementHandle();
    const is = () => this.page.evaluate((element) => {
      if (!element.isConnected) return "gone";
      const { activeElement: at } = document;
      return at === element || (element.type === "radio" && at?.type === "radio" && at.name === element.name) ? "here" : "elsewhere";
    }, handle);
    for (let stop = 0; stop < MOST_STOPS; stop += 1) {
      const found = await is();
      if (found === "here") {
        await this.seen(handle);
        return handle;
      }
      // A page that drew itself anew has the same thing at another place in its memory.
      if (found === "gone") handle = await target.elementHandle();
      await this.page.keyboard.press("Tab");
    }
    assert.fail(`Tab never reaches ${target}`);
  }

  /** Where the focus is must be visible; a row that is a link as a whole shows it as a whole. */
  async seen(handle) {
    const shows = await this.page.evaluate((element) => {
      const outlined = (shown) => {
        const { outlineStyle, outlineWidth } = getComputedStyle(shown);
        return outlineStyle !== "none" && Number.parseFloat(outlineWidth) > 0;
      };
      const style = getComputedStyle(element);
      const box = element.getBoundingClientRect();
      const row = element.matches("[data-row]") ? element.closest("tr, li") : null;
      const visible = outlined(element) || (row !== null && outlined(row)) || style.boxShadow !== "none" || style.borderStyle !== "none";
      return visible && box.width > 0 && box.height > 0;
    }, handle);
    assert.ok(shows, "the focus cannot be seen");
  }

  async press(target) {
    this.n += 1;
    const handle = await this.reach(target);
    const kind = await handle.evaluate((element) => (element.matches("input[type=checkbox], input[type=radio], summary, [role=radio], [role=checkbox], [role=switch], [role=option]") ? "Space" : "Enter"));
    await this.page.keyboard.press(kind);
  }

  async into(field) {
    this.n += 1;
    await this.reach(field);
  }

  /** A list of choices: the letters of an option choose it. */
  async choose(select, label) {
    this.n += 1;
    await this.reach(select);
    await this.page.keyboard.type(label);
    await this.page.keyboard.press("Enter");
    const chosen = await select.evaluate((element) => element.selectedOptions[0]?.label);
    assert.equal(chosen, label);
  }
}

export const bothHands = [Mouse, Keyboard];
