// The rules of this folder that a machine can keep.
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const ROOT = import.meta.dirname;
const FILES = filesIn(ROOT).map((path) => ({ path, text: readFileSync(join(ROOT, path), "utf8") }));
const CODE = FILES.filter(({ path }) => /\.tsx?$/.test(path) && !path.includes(".test."));
const paths = (found: typeof FILES) => found.map(({ path }) => path);

function filesIn(folder: string, under = ""): string[] {
  return readdirSync(folder).flatMap((name) => {
    const [full, path] = [join(folder, name), under + name];
    return statSync(full).isDirectory() ? filesIn(full, `${path}/`) : [path];
  });
}

/** Where a relative import leads, from the root of the sources. */
function imports({ path, text }: (typeof FILES)[number]): string[] {
  return [...text.matchAll(/(?:from|import)\s*\(?"(\.[^"]+)"/g)].map(([, to]) => join(path, "..", to ?? ""));
}

test("a page never imports another page", () => {
  const pageOf = (path: string) => /^pages\/(\w+)\//.exec(path)?.[1];
  const crossing = CODE.flatMap((file) => imports(file).filter((to) => pageOf(file.path) && pageOf(to) && pageOf(to) !== pageOf(file.path)).map((to) => `${file.path} -> ${to}`));
  expect(crossing).toEqual([]);
});

test("parts, words and the API know nothing of pages", () => {
  const low = CODE.filter(({ path }) => /^(parts|says|report|api)\//.test(path));
  expect(low.flatMap((file) => imports(file).filter((to) => to.startsWith("pages/")).map((to) => `${file.path} -> ${to}`))).toEqual([]);
});

test("nothing that a server or a model said becomes markup", () => {
  expect(paths(CODE.filter(({ text }) => /dangerouslySetInnerHTML|\.innerHTML|insertAdjacentHTML|createElement\("style"/.test(text)))).toEqual([]);
});

test("colours stand in the tokens alone", () => {
  const styles = FILES.filter(({ path }) => path.endsWith(".css") && !path.startsWith("look/"));
  expect(paths(styles.filter(({ text }) => /#[0-9a-f]{3,8}\b|\brgba?\(|\bhsl\(|light-dark\(/i.test(text)))).toEqual([]);
});

test("a part begins with what it is", () => {
  const large = CODE.filter(({ text }) => text.split("\n").length > 20);
  expect(paths(large.filter(({ text }) => !text.startsWith("//")))).toEqual([]);
});

test("no file outgrows a reader; the tables of types are the exception", () => {
  const tables = ["api/contract.ts", "api/production.ts", "api/report.ts", "api/schema.d.ts"];
  expect(paths(CODE.filter(({ path, text }) => !tables.includes(path) && text.split("\n").length > 250))).toEqual([]);
});

test("no module has a name that says nothing", () => {
  expect(paths(CODE.filter(({ path }) => /(^|\/)(utils?|helpers?|common|misc|shared|index)\.tsx?$/.test(path)))).toEqual([]);
});
