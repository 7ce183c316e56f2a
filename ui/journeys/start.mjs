// Starts what a journey needs: a copy of a project, `karat mock`, `karat serve`; everything is ended again.

import { spawn, execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));

/** The checkout. */
export const repository = resolve(here, "../..");

/** The program under test. */
export const program = process.env.KARAT ?? join(repository, "target/ci/karat");

/** A folder of its own, away from the checkout, with a project's files in it. */
export class Folder {
  constructor() {
    this.path = mkdtempSync(join(tmpdir(), "karat-journey-"));
  }

  /** Copies an example, without what earlier runs left there. */
  static example(name) {
    const folder = new Folder();
    cpSync(join(repository, "examples", name), folder.path, {
      recursive: true,
      filter: (path) => !/[\\/]\.karat($|[\\/])|karat\.lock$/.test(path),
    });
    return folder;
  }

  read(path) {
    return readFileSync(join(this.path, path), "utf8");
  }

  write(path, text) {
    writeFileSync(join(this.path, path), text);
  }

  /** What lies in it, the store apart. */
  list() {
    return readdirSync(this.path).filter((name) => name !== ".karat").sort();
  }

  /** Runs a command; answers with its code and what it printed. */
  karat(...words) {
    try {
      const out = execFileSync(program, ["-C", this.path, ...words], { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"], env: quiet() });
      return { code: 0, out, err: "" };
    } catch (error) {
      if (error.status === null || error.status === undefined) throw error;
      return { code: error.status, out: error.stdout, err: error.stderr };
    }
  }

  /** Calls an operation. */
  call(operation, input = {}) {
    const { code, out, err } = this.karat("call", operation, JSON.stringify(input));
    if (code !== 0) throw new Error(`${operation}: ${err}`);
    return JSON.parse(out);
  }

  remove() {
    rmSync(this.path, { recursive: true, force: true });
  }
}

function quiet() {
  const { KARAT_DATA, ...rest } = process.env;
  return { ...rest, NO_COLOR: "1" };
}

/** A program that goes on until it is ended. */
class Running {
  constructor(child) {
    this.child = child;
    this.said = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8");
      stream.on("data", (text) => (this.said += text));
    }
  }

  /** Waits until it has printed something. */
  async says(pattern, milliseconds = 20_000) {
    const begun = Date.now();
    for (;;) {
      const found = pattern.exec(this.said);
      if (found) return found;
      if (this.child.exitCode !== null) throw new Error(`it ended:\n${this.said}`);
      if (Date.now() - begun > milliseconds) throw new Error(`it did not say ${pattern}:\n${this.said}`);
      await new Promise((go) => setTimeout(go, 20));
    }
  }

  /** As `kill -9` does: nothing is finished, nothing is said. */
  async kill() {
    const ended = new Promise((go) => this.child.once("exit", go));
    this.child.kill("SIGKILL");
    await ended;
  }

  async end() {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const ended = new Promise((go) => this.child.once("exit", go));
    this.child.kill("SIGINT");
    const late = setTimeout(() => this.child.kill("SIGKILL"), 10_000);
    await ended;
    clearTimeout(late);
  }
}

function run(words, cwd, env = {}) {
  return new Running(spawn(program, words, { cwd, env: { ...quiet(), ...env }, stdio: ["ignore", "pipe", "pipe"] }));
}

/** A port that nobody uses. */
export function freePort() {
  return new Promise((found, failed) => {
    const server = createServer();
    server.once("error", failed);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => found(port));
    });
  });
}

/** The scripted model server; on a port that is given, it takes the place of one that has ended. */
export async function startMock(script, port = undefined) {
  const at = port ?? (await freePort());
  const running = run(["mock", "--script", script, "--port", String(at)], repository);
  await running.says(/answers at (\S+)/);
  return { url: `http://127.0.0.1:${at}/v1`, port: at, end: () => running.end(), kill: () => running.kill() };
}

/** The server of a project, and the link that signs in once. `env` is added to its environment. */
export async function startServer(folder, { port = 0, env = {} } = {}) {
  const running = run(["-C", folder.path, "serve", "--port", String(port)], folder.path, env);
  const [, link] = await running.says(/(http:\/\/\S+\/join#\S+)/);
  const url = new URL(link).origin;
  return { url, link, says: (pattern) => running.says(pattern), said: () => running.said, end: () => running.end(), kill: () => running.kill() };
}
