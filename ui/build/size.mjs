// Fails where the shell, all that index.html loads before a page, is larger than 200 KB gzip.
import { readFileSync, readdirSync, statSync } from "node:fs";

const MOST = 200 * 1024;
const html = readFileSync("dist/index.html", "utf8");
const loaded = [...html.matchAll(/(?:src|href)="\/(assets\/[^"]+)"/g)].map((found) => found[1]);
if (loaded.length === 0) throw new Error("dist/index.html loads nothing; next: npm run build");
const size = (name) => statSync(`dist/${name}.gz`).size;
const shell = loaded.reduce((sum, name) => sum + size(name), 0);
const kib = (bytes) => `${(bytes / 1024).toFixed(1)} KB`;
const rest = readdirSync("dist/assets").filter((name) => /\.(js|css)$/.test(name) && !loaded.includes(`assets/${name}`));
for (const name of loaded) console.log(`${kib(size(name)).padStart(9)}  ${name}`);
console.log(`${kib(shell).padStart(9)}  the shell, gzip; at most ${kib(MOST)}`);
console.log(`${kib(rest.reduce((sum, name) => sum + size(`assets/${name}`), 0)).padStart(9)}  all pages together, gzip`);
if (shell > MOST) {
  console.error("error: the shell is too large; next: make a part of it load with its page");
  process.exit(1);
}
