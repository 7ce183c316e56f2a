// What can be said of speed without a stopwatch: how much is loaded, from where, and that it is compressed. Figures: bench/ui/run.mjs.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { join as path } from "node:path";
import { after, before, test } from "node:test";

import { inCompany, signIn } from "./doors.mjs";
import { Mouse } from "./hands.mjs";
import { openBrowser } from "./person.mjs";
import { Folder, repository } from "./start.mjs";

let browser;
before(async () => (browser = await openBrowser()));
after(() => browser?.close());

test("the shell is at most 200 KB gzip", () => {
  const said = execFileSync("node", ["build/size.mjs"], { cwd: path(repository, "ui"), encoding: "utf8" });
  assert.match(said, /the shell, gzip; at most 200\.0 KB/);
});

test("a cold load asks this server alone, once for each file, and gets text compressed", { timeout: 300_000 }, async () => {
  await inCompany(browser, Mouse, Folder.example("support-triage"), async (server, arrive) => {
    const person = await arrive();
    const got = [];
    person.page.on("response", (response) => got.push(response));
    await signIn(person, server);
    await person.page.getByRole("heading", { name: "Can we ship it" }).waitFor();
    await person.page.waitForLoadState("networkidle");

    assert.deepEqual([...new Set(got.map((response) => new URL(response.url()).origin))], [server.url]);
    const assets = got.filter((response) => response.url().includes("/assets/"));
    assert.ok(assets.length > 2);
    assert.equal(new Set(assets.map((response) => response.url())).size, assets.length, "a file was asked for twice");
    for (const response of assets) {
      const headers = await response.allHeaders();
      assert.match(headers["content-encoding"] ?? "", /^(br|gzip|zstd)$/, response.url());
      assert.match(headers["cache-control"] ?? "", /immutable/, response.url());
    }
  });
});
