// How fast the browser application is: cold load to the first useful screen, an interaction, the table of cases.
//
// Usage: node bench/ui/run.mjs [--rows 1000000] [--rounds 7]      (KARAT names the program, CHROMIUM the browser)
//
// Each cold load is a browser context of its own, with an empty cache. The first useful screen is Today with its verdicts;
// an interaction is a key until the next frame that shows what it did. Rows are generated here from a seed.
// Prints medians and the slowest; run it on a machine that does nothing else.

import { createWriteStream } from "node:fs";
import { once } from "node:events";
import { loadavg } from "node:os";
import { join as path } from "node:path";
import { parseArgs } from "node:util";

import { Mouse } from "../../ui/journeys/hands.mjs";
import { openBrowser, Person } from "../../ui/journeys/person.mjs";
import { Folder, startServer } from "../../ui/journeys/start.mjs";

const { values } = parseArgs({ options: { rows: { type: "string", default: "1000000" }, rounds: { type: "string", default: "7" } } });
const nRows = Number(values.rows);
const rounds = Number(values.rounds);

const sorted = (numbers) => [...numbers].sort((first, second) => first - second);
const quantile = (numbers, share) => sorted(numbers)[Math.min(numbers.length - 1, Math.floor(share * numbers.length))];
function say(what, numbers, floor) {
  console.log(`${what.padEnd(52)} median ${quantile(numbers, 0.5).toFixed(0).padStart(5)} ms · slowest ${Math.max(...numbers).toFixed(0).padStart(5)} ms · n ${numbers.length} · wanted ${floor}`);
}

const browser = await openBrowser();
console.log(`load of the machine before: ${loadavg().map((each) => each.toFixed(1)).join(" ")}`);
try {
  await small();
  await large();
} finally {
  await browser.close();
}

/** The example: cold loads of Today, then keys from page to page. */
async function small() {
  const folder = Folder.example("support-triage");
  for (const scope of ["eval", "gate"]) folder.karat(scope);
  const server = await startServer(folder);
  try {
    const first = await Person.arrive(browser, Mouse);
    await first.page.goto(server.link);
    await first.page.getByRole("heading", { name: "Can we ship it" }).waitFor();
    const cookies = await first.context.cookies();
    const cold = [];
    for (let round = 0; round < rounds; round += 1) {
      const person = await Person.arrive(browser, Mouse);
      await person.context.addCookies(cookies);
      await person.page.addInitScript(() => {
        const look = () => (/floor/.test(document.querySelector("main")?.textContent ?? "") ? (globalThis.usefulAt = performance.now()) : requestAnimationFrame(look));
        requestAnimationFrame(look);
      });
      await person.page.goto(`${server.url}/today`);
      cold.push(await person.page.waitForFunction(() => globalThis.usefulAt).then((handle) => handle.jsonValue()));
      await person.leave();
    }
    say("cold load to the first useful screen (Today)", cold, "1000 ms");
    const keys = [];
    for (let round = 0; round < rounds; round += 1) {
      for (const [second, title] of [["g", "Gate"], ["d", "Data"], ["l", "Label"], ["e", "Evals"], ["t", "Today"]]) {
        await first.page.keyboard.press("g");
        await first.page.evaluate((title) => {
          globalThis.shownIn = null;
          addEventListener("keydown", ({ timeStamp }) => {
            const look = () => (document.querySelector("main h1")?.textContent?.startsWith(title) ? (globalThis.shownIn = performance.now() - timeStamp) : requestAnimationFrame(look));
            requestAnimationFrame(look);
          }, { once: true, capture: true });
        }, title);
        await first.page.keyboard.press(second);
        const took = await first.page.waitForFunction(() => globalThis.shownIn).then((handle) => handle.jsonValue());
        await first.page.waitForLoadState("networkidle");
        if (round > 0) keys.push(took);
      }
    }
    say("a key until the next page stands", keys, "100 ms");
  } finally {
    await server.end();
    folder.remove();
  }
}

/** A dataset of many rows: the first page of cases, and frames while somebody scrolls. */
async function large() {
  const folder = new Folder();
  folder.write("karat.toml", '[project]\nname = "bench"\n\n[datasets.rows]\nfile = "rows.jsonl"\n');
  await generate(path(folder.path, "rows.jsonl"));
  const server = await startServer(folder);
  try {
    const { page } = await Person.arrive(browser, Mouse);
    page.setDefaultTimeout(300_000);
    await page.goto(server.link);
    await page.getByRole("navigation", { name: "Pages" }).waitFor();
    await page.goto(`${server.url}/data/rows`);
    await page.getByText("row-0").or(page.locator("[role=row]").nth(3)).first().waitFor();
    const firstPage = async () => {
      const answered = page.waitForEvent("requestfinished", (request) => request.url().endsWith("/api/v1/datasets.cases"));
      await page.goto(`${server.url}/data/rows`);
      const request = await answered;
      const isWhole = (await (await request.response()).json()).note == null;
      await page.waitForLoadState("networkidle");
      return [request.timing().responseEnd, isWhole];
    };
    const [during, after] = [[], []];
    while (after.length < rounds) {
      const [took, isWhole] = await firstPage();
      (isWhole ? after : during).push(took);
    }
    const what = `first page of ${nRows.toLocaleString("en")} cases`;
    if (during.length > 0) say(`${what}, being read`, during, "200 ms");
    say(what, after, "200 ms");
    const frames = await page.evaluate(() => new Promise((found) => {
      const room = [...document.querySelectorAll("main *")].find((element) => element.scrollHeight > 10 * element.clientHeight && element.clientHeight > 100);
      if (!room) return found([]);
      const all = [];
      let last = performance.now();
      const step = (now) => {
        all.push(now - last);
        last = now;
        room.scrollTop += 400;
        if (all.length < 300) requestAnimationFrame(step);
        else found(all.slice(1));
      };
      requestAnimationFrame(step);
    }));
    console.log(`${"a frame while scrolling".padEnd(52)} median ${quantile(frames, 0.5).toFixed(1)} ms · p95 ${quantile(frames, 0.95).toFixed(1)} ms · n ${frames.length} · wanted p95 32 ms`);
  } finally {
    await server.end();
    folder.remove();
  }
}

async function generate(file) {
  const words = "parcel invoice lamp order late twice please broken map app login charge return refund when where mail light".split(" ");
  let seed = 1;
  const draw = (n) => (seed = (seed * 48271) % 2147483647) % n;
  const out = createWriteStream(file);
  for (let index = 0; index < nRows; index += 1) {
    const message = Array.from({ length: 24 }, () => words[draw(words.length)]).join(" ");
    const row = { id: `row-${String(index).padStart(7, "0")}`, input: { message }, expected: words[draw(4)], tags: [draw(1000) === 0 ? "rare" : "usual"], metadata: { channel: words[draw(5)] }, split: draw(50) === 0 ? "gate" : "tune" };
    if (!out.write(`${JSON.stringify(row)}\n`)) await once(out, "drain");
  }
  out.end();
  await once(out, "finish");
}
