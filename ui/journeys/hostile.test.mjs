// What models, customers and colleagues write is text on every page: it runs nothing, loads nothing and leads nowhere.

import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { after, before, test } from "node:test";
import { join as path } from "node:path";

import { done, inCompany, join, signIn } from "./doors.mjs";
import { bothHands, Mouse } from "./hands.mjs";
import { openBrowser } from "./person.mjs";
import { Folder, startMock } from "./start.mjs";

/** What a page must never do with them: make an element of class `planted`, set `planted`, ask evil.example, go away. */
const HOSTILE = [
  `<script class="planted">globalThis.planted = 1; alert(1)</script>`,
  `<img class="planted" src="https://evil.example/a.png" onerror="globalThis.planted = 1">`,
  `<svg class="planted" onload="globalThis.planted = 1"><animate onbegin="globalThis.planted = 1" attributeName="x"/></svg>`,
  `<iframe class="planted" srcdoc="<script>parent.planted = 1</script>"></iframe>`,
  `<form class="planted" action="https://evil.example/f"><button autofocus>Sign in</button></form>`,
  `<meta class="planted" http-equiv="refresh" content="0;url=https://evil.example/m"><base href="https://evil.example/">`,
  `<style class="planted">@import "https://evil.example/s.css"; main { display: none }</style><link class="planted" rel="stylesheet" href="https://evil.example/l.css">`,
  `<script class="planted" src="/assets/../session" nonce=""></script><script class="planted" src="https://evil.example/x.js"></script>`,
  `"><b class="planted" onmouseover="globalThis.planted = 1" style="position:fixed;inset:0">over all</b>`,
  `</textarea></script></title></style></iframe><b class="planted">out</b><!--`,
  `[a link](javascript:globalThis.planted=1) ![a picture](https://evil.example/p.png) <https://evil.example/auto> [ref]: javascript:alert(1)`,
  `<a class="planted" href="javascript:globalThis.planted=1" target="_blank">javascript:alert(document.cookie)</a>`,
  `{{constructor.constructor("globalThis.planted=1")()}} \${globalThis.planted=1} <%= 1 %> &lt;b class="planted"&gt; &#x3C;b class=planted&#x3E;`,
  `\u202Eexe.tset\u202C \u2066isolated\u2069 \u200B\u200E\u0007\u001B[31mred\u001B[0m \u0000 \uFEFF end`,
  `__proto__ constructor toString /evil.example/ //evil.example \\\\evil.example\\share data:text/html,<script>planted=1</script>`,
  `<details class="planted" open ontoggle="globalThis.planted = 1"><summary>x</summary></details><video class="planted"><source onerror="globalThis.planted=1"></video>`,
];
const PLAIN = "<b class=\"planted\">plain</b>";
const toml = (text) => JSON.stringify(text).replaceAll("\u007f", "");

let browser;
before(async () => (browser = await openBrowser()));
after(() => browser?.close());

for (const Hands of bothHands) {
  test(`what others wrote is text on every page, with ${Hands.called}`, { timeout: 600_000 }, async () => {
    const folder = project();
    folder.write("mock.toml", `[[answer]]\ntexts = [${HOSTILE.filter((text) => !text.includes("{{")).map((text) => toml(text)).join(", ")}]\n`);
    const mock = await startMock(path(folder.path, "mock.toml"));
    try {
      folder.write("karat.toml", folder.read("karat.toml").replace("MOCK", mock.url));
      for (const scope of ["eval", "gate"]) {
        const { code, err } = folder.karat(scope, "--variant", "first", "--variant", "second", "--variant", "rules");
        assert.notEqual(code, 3, err);
      }
      await inCompany(browser, Hands, folder, (server, arrive) => journey(folder, server, arrive));
    } finally {
      await mock.end();
    }
  });
}

/** Two variants that answered with it, cases that ask with it, tags and segments that are it. */
function project() {
  const folder = new Folder();
  for (const name of ["data", "answers", "prompts", "rules"]) mkdirSync(path(folder.path, name));
  const cases = Array.from({ length: 48 }, (_, index) => ({
    id: `h${index} ${index % 3 === 0 ? PLAIN : ""}`.trim(), input: { message: `${HOSTILE[index % HOSTILE.length]} ${index}` }, expected: { word: index % 4 === 0 ? HOSTILE[1] : "yes" },
    metadata: { segment: HOSTILE[index % 2] }, tags: [HOSTILE[(index + 2) % HOSTILE.length].slice(0, 80)], split: index % 2 === 0 ? "tune" : "gate",
  }));
  const lines = (rows) => rows.map((row) => `${JSON.stringify(row)}\n`).join("");
  folder.write("data/cases.jsonl", lines(cases));
  const answers = (shift) => lines(cases.map(({ id }, index) => ({ id, output: (index + shift) % 3 === 0 ? { word: "yes" } : { word: HOSTILE[(index + shift) % HOSTILE.length], [PLAIN]: "key" }, latency_ms: 10 })));
  folder.write("answers/first.jsonl", answers(0));
  folder.write("answers/second.jsonl", answers(1));
  folder.write("prompts/live.md", `# system\n${HOSTILE[0]}\n\n# user\n{{ message }}\n`);
  folder.write("rules/rules.toml", `[default]\nanswer = { word = "yes" }\n\n[[rule]]\nany = [${toml(HOSTILE[1])}]\nanswer = { word = ${toml(HOSTILE[2])} }\n`);
  folder.write("karat.toml", `
[project]
name = ${toml(HOSTILE[9])}
[providers.model]
dialect = "openai-chat"
base_url = "MOCK"
[datasets.cases]
file = "data/cases.jsonl"
[bets.risky]
feature = "hostile"
hypothesis = ${toml(HOSTILE[1])}
success = ${toml(HOSTILE[10])}
why_us = ${toml(HOSTILE[0])}
deadline = 2026-12-18
spend_cap_usd = 1
[features.hostile]
dataset = "cases"
about = ${toml(PLAIN)}
trials = 1
baseline = "rules"
[features.hostile.variants]
first = { kind = "recorded", file = "answers/first.jsonl" }
second = { kind = "recorded", file = "answers/second.jsonl" }
rules = { kind = "rules", file = "rules/rules.toml", unproven = true }
live = { kind = "chat", model = "model/hostile", prompt = "prompts/live.md" }
[features.hostile.scorers]
right = { kind = "equals", path = "$.word" }
[features.hostile.mvq]
correct = { metric = "right", min = 0.1 }
`);
  return folder;
}

async function journey(folder, server, arrive) {
  const her = await arrive();
  const foreign = watch(her, server);
  await signIn(her, server);
  const him = await arrive();
  const foreignHis = watch(him, server);
  const { url } = await done(her, "people.invite", { role: "labeller", note: HOSTILE[8] });
  await join(him, url, `Mo ${PLAIN}`.slice(0, 60));
  const [gate, tune] = (await done(her, "runs.list", {})).runs.map(({ id }) => id);
  await label(her, him);

  const { page } = her;
  for (const [address, shows] of [
    ["/today", "onerror"], ["/bet", null], ["/bet?bet=risky", "onerror"], ["/evals", null], [`/evals/${tune}`, "planted"],
    [`/evals/${tune}/answers`, "onerror"], [`/evals/${tune}/compare?first=first&second=second`, "planted"], [`/evals/${gate}`, "planted"],
    ["/gate", null], ["/label", null], ["/label/odd", null], ["/label/odd/disputes", null], ["/label/odd/agreement", null], ["/label/odd/guideline", "planted"],
    ["/data", "planted"], ["/data/cases", "planted"], ["/data/cases/versions", null], ["/data/cases/health", null],
    ["/settings", null], ["/settings/people", PLAIN], ["/settings/history", null], ["/page", null], ["/page?audience=team", null],
  ]) {
    await page.goto(server.url + address);
    await settled(page);
    if (shows) await page.getByText(shows).first().waitFor();
    await harmless(page, address);
  }
  await play(her);
  const link = await publish(her);
  const stranger = await arrive({ viewport: { width: 390, height: 844 } });
  const foreignTheirs = watch(stranger, server);
  await tryIt(stranger, new URL(link, server.url).href);
  for (const asked of [foreign, foreignHis, foreignTheirs]) assert.deepEqual(asked, []);
}

/** Requests to other hosts, windows that were opened and pages that went elsewhere. */
function watch({ context }, server) {
  const asked = [];
  const isOwn = (url) => url.startsWith(`${server.url}/`) || url === "about:blank" || url.startsWith("about:srcdoc");
  context.on("request", (request) => {
    if (!isOwn(request.url())) asked.push(request.url());
  });
  let pages = context.pages().length;
  context.on("page", () => asked.push(`window ${(pages += 1)}`));
  return asked;
}

/** All that was asked has been answered and is shown. */
async function settled(page) {
  await page.locator("main h1").first().waitFor();
  await page.waitForLoadState("networkidle");
}

async function harmless(page, where) {
  for (const frame of page.frames()) {
    const found = await frame.evaluate(() => ({
      planted: globalThis.planted,
      elements: [...document.querySelectorAll(".planted, base, meta[http-equiv=refresh], object, embed, iframe[srcdoc]")].map((element) => element.outerHTML),
      handlers: [...document.querySelectorAll("*")].flatMap((element) => element.getAttributeNames().filter((name) => name.startsWith("on"))),
      links: [...document.querySelectorAll("[href], [src], [action]")].map((element) => element.href ?? element.src ?? element.action).filter((url) => typeof url !== "string" || new URL(url).origin !== location.origin),
    }));
    assert.deepEqual(found, { planted: undefined, elements: [], handlers: [], links: [] }, where);
  }
}

/** A queue whose inputs, guideline, comments and corrections are hostile; he and she differ. */
async function label(her, him) {
  const rows = HOSTILE.slice(0, 3).map((text) => JSON.stringify({ message: `${text} new` })).join("\n");
  await done(her, "labels.open", { name: "odd", feature: "hostile", source: "rows", rows, overlap: 2, kind: "choice", options: ["yes", PLAIN], question: HOSTILE[8], guideline: `R1: ${HOSTILE.join("\n\nR2: ")}` });
  for (const [person, value] of [[her, "yes"], [him, PLAIN]]) {
    for (let one = 0; one < 2; one += 1) {
      const { item } = await done(person, "labels.next", { queue: "odd" });
      if (item) await done(person, "labels.submit", { queue: "odd", item: item.id, lease: item.lease, value, comment: HOSTILE[3], correction: HOSTILE[4] });
    }
  }
  await him.page.goto(new URL("/label/odd", him.page.url()).href);
  await him.page.getByText("onload").or(him.page.getByText("alert(1)")).or(him.page.getByText("onerror")).first().waitFor();
  await harmless(him.page, "an item");
}

/** A model answers with it, streamed, folded and opened. */
async function play(her) {
  const { page, hands } = her;
  await hands.keys("g p");
  await hands.press(page.getByRole("button", { name: "Run", exact: true }));
  await page.getByRole("heading", { name: "Is it feasible" }).waitFor();
  await page.getByRole("button", { name: "Run", exact: true }).waitFor();
  await harmless(page, "Play");
  const rows = page.locator("[data-row]");
  for (const row of (await rows.all()).slice(0, 4)) await hands.press(row);
  await page.locator("[data-row][aria-expanded=true]").nth(3).waitFor();
  await harmless(page, "Play, opened");
  if (hands instanceof Mouse) await hands.press(page.getByRole("button", { name: "prompt of live" }));
  else await hands.keys("e");
  await page.getByLabel("Text of the prompt").waitFor();
  await harmless(page, "a prompt");
}

async function publish(her) {
  const { url } = await done(her, "prototypes.publish", { feature: "hostile", variant: "live", title: HOSTILE[9].slice(0, 80) });
  return url;
}

async function tryIt({ page, hands }, link) {
  await page.goto(link);
  await hands.fill(page.getByLabel("Your message"), HOSTILE[1]);
  await hands.press(page.getByRole("button", { name: "Ask" }));
  await page.getByText("It may be wrong.").waitFor();
  await harmless(page, "a prototype");
}
