#!/usr/bin/env python3
"""How long pages of a large dataset take: first, deep, filtered, searched; and what reading the file costs.

Usage: bench/data/run.py [--karat target/release/karat] [--rows 1000000] [--rounds 7] [--keep FOLDER]

Rows are generated here from a seed. Each measurement is a process of its own, so it holds start, opening of the
database and printing as well; `karat check` of an empty project is the price of a process alone. Medians and the
slowest of the rounds, in an order that changes from round to round. Memory is the most that the process held.
"""

import argparse
import json
import os
import pathlib
import random
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROJECT = '[project]\nname = "bench"\n\n[datasets.rows]\nfile = "rows.jsonl"\n'
SYLLABLES = "ba be bi bo bu da de di do du ka ke ki ko ku la le li lo lu ma me mi mo mu na ne ni no nu".split()


def generate(path, n, seed=1):
    """Rows of about 300 bytes: ids in no order, 2 % held out, 5 segments, a rare tag, an order number of its own."""
    draw = random.Random(seed)
    words = ["".join(draw.choices(SYLLABLES, k=draw.randint(2, 4))) for _ in range(20_000)]
    ids = list(range(n))
    draw.shuffle(ids)
    with open(path, "w", encoding="utf-8") as file:
        for index in range(n):
            row = {
                "id": f"row-{ids[index]:07}",
                "input": {"message": " ".join(draw.choices(words, k=24)), "language": draw.choice("de en fr".split())},
                "expected": draw.choice(["billing", "sales", "support", "other"]),
                "tags": ["rare"] if draw.random() < 0.001 else ["usual"],
                "metadata": {"channel": draw.choice(["mail", "chat", "phone", "web", "letter"]), "order": ids[index]},
                "split": "gate" if draw.random() < 0.02 else "tune",
            }
            file.write(json.dumps(row) + "\n")
    return words


def measured(command, folder):
    """Wall time in ms, most memory in MB, and what was printed."""
    begun = time.perf_counter()
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE)
    out = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    wall = (time.perf_counter() - begun) * 1000
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit(f"{command} ended with {process.returncode}")
    return wall, usage.ru_maxrss / 1024, out.decode()


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--karat", default=str(ROOT / "target/release/karat"))
    arguments.add_argument("--rows", type=int, default=1_000_000)
    arguments.add_argument("--rounds", type=int, default=7)
    arguments.add_argument("--keep", help="work in this folder and leave it there")
    chosen = arguments.parse_args()
    karat, n = str(pathlib.Path(chosen.karat).resolve()), chosen.rows
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(chosen.keep or temporary)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "karat.toml").write_text(PROJECT)
        rows = folder / "rows.jsonl"
        words = generate(rows, n)
        # A file that is younger than two seconds is read again to be sure.
        time.sleep(2.5)
        size = rows.stat().st_size / 1e6

        def call(operation, **fields):
            return [karat, "call", operation, json.dumps({"dataset": "rows", **fields})]

        wall, memory, out = measured([karat, "data", "--format", "json"], folder)
        assert json.loads(out)["datasets"][0]["n"] == n, out
        database = sum(file.stat().st_size for file in (folder / ".karat").iterdir()) / 1e6
        print(f"file: {n:,} rows, {size:.0f} MB; load before: {os.getloadavg()[0]:.1f}")
        print(f"import: {wall / 1000:.1f} s, {memory:.0f} MB of memory, database {database:.0f} MB")

        text = rows.read_text(encoding="utf-8")
        middle = text.find("\n", len(text) // 2) + 1
        line = json.dumps({"id": "new", "input": "an inserted row", "expected": "other"}) + "\n"
        rows.write_text(text[:middle] + line + text[middle:], encoding="utf-8")
        time.sleep(2.5)
        wall, memory, out = measured([karat, "data", "--format", "json"], folder)
        assert json.loads(out)["datasets"][0]["n"] == n + 1, out
        grown = sum(file.stat().st_size for file in (folder / ".karat").iterdir()) / 1e6 - database
        print(f"one row inserted in the middle: {wall / 1000:.1f} s, database + {grown:.1f} MB")
        measured(call("datasets.cases", limit=1), folder)

        first = json.loads(measured(call("datasets.cases", limit=100), folder)[2])
        version, held, last = first["next"].split(".")
        deep = ".".join([version, held, f"p{n - n // 10}"])
        by_id = ".".join([version, held, f"irow-{n // 2:07}"])
        rare = words[17] + " " + words[4_711]
        pages = {
            "first page": call("datasets.cases", limit=100),
            "deep page": call("datasets.cases", limit=100, cursor=deep),
            "held out": call("datasets.cases", limit=100, split="gate"),
            "segment and rare tag": call("datasets.cases", limit=100, tag="rare", field="metadata.channel", value="mail"),
            "by id, first": call("datasets.cases", limit=100, sort="id"),
            "by id, deep": call("datasets.cases", limit=100, sort="id", cursor=by_id),
            "one order number": call("datasets.cases", limit=100, field="metadata.order", value=str(n // 3), reveal_held_out=True),
            "text, frequent word": call("datasets.cases", limit=100, text=words[17]),
            "text, nowhere": call("datasets.cases", limit=100, text=rare),
            "versions": call("datasets.versions"),
            "difference": call("datasets.diff"),
            "a process alone": [karat, "schema"],
        }
        walls = {name: [] for name in pages}
        most = dict.fromkeys(pages, 0.0)
        found = {}
        for round_number in range(chosen.rounds):
            names = list(pages)
            random.Random(round_number).shuffle(names)
            for name in names:
                wall, memory, out = measured(pages[name], folder)
                walls[name].append(wall)
                most[name] = max(most[name], memory)
                found[name] = json.loads(out).get("n", "") if name != "a process alone" else ""
        print(f"{'page of 100':24}{'median':>10}{'slowest':>10}{'memory':>10}{'found':>12}")
        for name, times in walls.items():
            print(f"{name:24}{statistics.median(times):>7.0f} ms{max(times):>7.0f} ms{most[name]:>7.0f} MB{found[name]:>12}")
        wall, memory, out = measured(call("datasets.health"), folder)
        print(f"health: {wall / 1000:.1f} s, {memory:.0f} MB; {json.loads(out)['says']}")
        print(f"load after: {os.getloadavg()[0]:.1f}")


main()
