// Writes docs/reference/keys.md from the list of keys; with --check fails where the file says something else.
import { readFileSync, writeFileSync } from "node:fs";
import { createServer } from "vite";

const FILE = new URL("../../docs/reference/keys.md", import.meta.url);
const vite = await createServer({ server: { middlewareMode: true }, appType: "custom", logLevel: "error" });
const { KEYS } = await vite.ssrLoadModule("/src/keys/registry.ts");
const { markdown } = await vite.ssrLoadModule("/src/keys/markdown.ts");
await vite.close();
const text = markdown(KEYS);
if (!process.argv.includes("--check")) {
  writeFileSync(FILE, text);
} else if (readFileSync(FILE, "utf8") !== text) {
  console.error("error: docs/reference/keys.md is not the list of keys\n  next: npm run keys");
  process.exit(1);
}
