#!/usr/bin/env python3
"""How long an eval takes beside the physical limit, and beside other tools where they are installed.

Usage: bench/evals/run.py [--karat target/release/karat] [--rounds 3]

Everything runs on this machine against `karat mock`. The ideal wall time is cases x latency / concurrency.
CPU is user + system time of the process that runs the eval, without the server's. Medians over the rounds.
"""

import argparse
import json
import os
import pathlib
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROJECT = """[project]
name = "bench"
[providers.sim]
dialect = "openai-chat"
base_url = "{url}"
concurrency = {concurrency}
[datasets.cases]
file = "cases.jsonl"
[features.bench]
dataset = "cases"
[features.bench.variants.live]
kind = "chat"
model = "sim/bench"
prompt = "bench.md"
[features.bench.scorers]
right = {{ kind = "equals" }}
[features.bench.mvq]
right = {{ metric = "right", min = 0.5 }}
"""


def measured(command, folder, **more):
    """Runs a command; answers with wall time, CPU time and the most memory, and its output."""
    begun = time.perf_counter()
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **more)
    peak = 0
    while process.poll() is None:
        try:
            for line in open(f"/proc/{process.pid}/status"):
                if line.startswith("VmHWM"):
                    peak = max(peak, int(line.split()[1]))
        except (FileNotFoundError, ProcessLookupError):
            pass
        time.sleep(0.005)
    wall = time.perf_counter() - begun
    out, err = process.communicate()
    return wall, peak / 1024, process.returncode, out.decode(), err.decode()


def timed(command, folder):
    """As `measured`, with the CPU time of the finished child."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    wall, peak, code, out, err = measured(command, folder)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    if code not in (0, 1, 2):
        sys.exit(f"{command} ended with {code}\n{err}")
    return {"wall": wall, "cpu": cpu, "peak": peak, "out": out}


class Server:
    """A scripted model server that runs as long as the block."""

    def __init__(self, karat, folder, latency):
        script = pathlib.Path(folder) / f"script-{latency}.toml"
        script.write_text(f'latency = "{latency}ms"\n[[answer]]\ntext = "ok"\n')
        self.process = subprocess.Popen(
            [karat, "mock", "--port", "0", "--script", str(script)], stdout=subprocess.PIPE, text=True
        )
        line = self.process.stdout.readline()
        self.url = next(word for word in line.split() if word.startswith("http://")).rstrip(";")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()


def project(folder, url, n_cases, concurrency):
    folder = pathlib.Path(folder)
    (folder / "karat.toml").write_text(PROJECT.format(url=url, concurrency=concurrency))
    (folder / "bench.md").write_text("# user\n{{ message }}\n")
    with open(folder / "cases.jsonl", "w") as file:
        for index in range(n_cases):
            file.write(json.dumps({"id": f"c{index}", "input": f"case number {index}", "expected": "ok"}) + "\n")


def median(rounds, key):
    return statistics.median(one[key] for one in rounds)


def row(name, rounds, ideal=None, n_cases=None):
    wall = median(rounds, "wall")
    beside = f"{wall / ideal:5.2f} x {ideal:.2f} s" if ideal else " " * 14
    rate = f"{n_cases / wall:9,.0f}/s" if n_cases else ""
    print(f"{name:44} {wall:8.2f} s  {beside:16} cpu {median(rounds, 'cpu'):6.2f} s  {median(rounds, 'peak'):6.0f} MB  {rate}")


def live(karat, n_cases, latency, concurrency, n_rounds):
    rounds, rescored = [], []
    for _ in range(n_rounds):
        with tempfile.TemporaryDirectory() as folder, Server(karat, folder, latency) as server:
            project(folder, server.url, n_cases, concurrency)
            rounds.append(timed([karat, "eval", "--quiet", "--format", "json"], folder))
            report = json.loads(rounds[-1]["out"])
            assert report["variants"][0]["metrics"][0]["n_right"] == n_cases, "every answer is right"
            rescored.append(timed([karat, "eval", "--rescore", "--quiet", "--format", "json"], folder))
    return rounds, rescored


def recorded(karat, n_cases, n_rounds):
    """The first verdict on answers that were collected elsewhere."""
    rounds = []
    for _ in range(n_rounds):
        with tempfile.TemporaryDirectory() as folder:
            project(folder, "http://127.0.0.1:9/v1", n_cases, 1)
            path = pathlib.Path(folder)
            with open(path / "answers.jsonl", "w") as file:
                for index in range(n_cases):
                    file.write(json.dumps({"id": f"c{index}", "output": "ok" if index % 9 else "no"}) + "\n")
            text = (path / "karat.toml").read_text()
            chat = 'kind = "chat"\nmodel = "sim/bench"\nprompt = "bench.md"'
            (path / "karat.toml").write_text(text.replace(chat, 'kind = "recorded"\nfile = "answers.jsonl"'))
            rounds.append(timed([karat, "gate", "--quiet", "--format", "json"], folder))
    return rounds


def promptfoo(n_cases, latency, concurrency, karat):
    with tempfile.TemporaryDirectory() as folder, Server(karat, folder, latency) as server:
        tests = [{"vars": {"message": f"case number {index}"}} for index in range(n_cases)]
        config = {
            "prompts": ["{{message}}"],
            "providers": [{"id": "openai:chat:bench", "config": {"apiBaseUrl": server.url, "apiKey": "none"}}],
            "defaultTest": {"assert": [{"type": "equals", "value": "ok"}]},
            "tests": tests,
        }
        (pathlib.Path(folder) / "promptfooconfig.json").write_text(json.dumps(config))
        environment = dict(os.environ, PROMPTFOO_DISABLE_TELEMETRY="1", PROMPTFOO_DISABLE_UPDATE="1")
        environment["PROMPTFOO_CONFIG_DIR"] = folder
        command = ["promptfoo", "eval", "-c", "promptfooconfig.json", "--no-cache", "--no-progress-bar", "-j", str(concurrency)]
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        wall, peak, code, _, err = measured(command, folder, env=environment)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        if code:
            print(f"promptfoo ended with {code}: {err.strip().splitlines()[-1:]}")
            return None
        return [{"wall": wall, "peak": peak, "cpu": after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime}]


INSPECT = """from inspect_ai import Task, task
from inspect_ai.dataset import Sample
from inspect_ai.scorer import exact
@task
def bench():
    return Task(dataset=[Sample(id=f"c{{i}}", input=f"case number {{i}}", target="ok") for i in range({n})], scorer=exact())
"""


def inspect(n_cases, latency, concurrency, karat):
    with tempfile.TemporaryDirectory() as folder, Server(karat, folder, latency) as server:
        (pathlib.Path(folder) / "task.py").write_text(INSPECT.format(n=n_cases))
        command = ["inspect", "eval", "task.py", "--model", "openai-api/sim/bench", "--max-connections", str(concurrency), "--display", "none"]
        command += ["--max-samples", str(concurrency)]
        environment = dict(os.environ, SIM_BASE_URL=server.url, SIM_API_KEY="none")
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        wall, peak, code, out, err = measured(command, folder, env=environment)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        if code:
            print(f"Inspect ended with {code}: {(err + out).strip().splitlines()[-1:]}")
            return None
        return [{"wall": wall, "peak": peak, "cpu": after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime}]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--karat", default=str(ROOT / "target/release/karat"))
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--peers", type=int, default=2000, help="cases for promptfoo and Inspect, which are slower")
    arguments = parser.parse_args()
    karat = str(pathlib.Path(arguments.karat).resolve())
    n, concurrency = 10_000, 64
    print(f"{subprocess.check_output([karat, '--version'], text=True).strip()}, {os.cpu_count()} cores, medians of {arguments.rounds}")
    rounds, rescored = live(karat, n, 50, concurrency, arguments.rounds)
    row(f"{n:,} cases, 50 ms, {concurrency} at once", rounds, n * 0.050 / concurrency, n)
    rounds_fast, _ = live(karat, n, 0, concurrency, arguments.rounds)
    row(f"{n:,} cases, 0 ms, {concurrency} at once", rounds_fast, None, n)
    row(f"{n:,} stored answers scored again", rescored, None, n)
    row(f"{n:,} recorded answers to a verdict", recorded(karat, n, arguments.rounds), None, n)
    example = ROOT / "examples/support-triage"
    row("karat check on the example", [timed([karat, "check"], example) for _ in range(arguments.rounds * 3)])
    peers = arguments.peers
    ideal = peers * 0.050 / concurrency
    small, _ = live(karat, peers, 50, concurrency, 1)
    row(f"karat: {peers:,} cases, 50 ms, {concurrency} at once", small, ideal, peers)
    for name, tool, run in [("promptfoo", "promptfoo", promptfoo), ("Inspect", "inspect", inspect)]:
        if shutil.which(tool) is None:
            print(f"{name}: not installed here")
        elif rounds := run(peers, 50, concurrency, karat):
            row(f"{name}: {peers:,} cases, 50 ms, {concurrency} at once", rounds, ideal, peers)


if __name__ == "__main__":
    main()
