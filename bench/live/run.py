#!/usr/bin/env python3
"""Measures what *Live* asks for over a large database: the dashboard of 90 days and the first pages of the explorer.

    bench/live/run.py --karat target/release/karat --fill target/release/examples/fill --inferences 1000000

The calls go over HTTP, as the page's do; each figure is the median and the slowest of 15 calls after one that warms up.
CPU is what the server itself used for each call, from /proc: on a busy machine it says more than the waits.
"""

import argparse
import json
import os
import re
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "gateway"))

from run import System, end, free_port, start  # noqa: E402

DAYS = 90
PROJECT = """[project]
name = "live"
[providers.sim]
dialect = "openai-chat"
base_url = "http://127.0.0.1:9/v1"
"""
FEATURE = """[features.{name}]
waterfall = ["{first}"]
"""
VARIANT = """[features.{name}.variants.{variant}]
kind = "chat"
model = "sim/{variant}"
prompt = "ask.md"
unproven = true
"""
CALLS = [
    ("dashboard, one feature, 90 days", "live.show", {"feature": "triage", "days": 90}, 100),
    ("dashboard, one feature, 7 days", "live.show", {"feature": "triage", "days": 7}, 100),
    ("dashboard, all features, 90 days", "live.show", {"days": 90}, 100),
    ("explorer, first page", "inferences.list", {"limit": 50}, 200),
    ("explorer, of a feature", "inferences.list", {"pick": {"feature": "triage"}, "limit": 50}, 200),
    ("explorer, of a variant of 1 in 100", "inferences.list", {"pick": {"feature": "triage", "variant": "rules"}, "limit": 50}, 200),
    ("explorer, that failed", "inferences.list", {"pick": {"feature": "triage", "outcome": "failed"}, "limit": 50}, 200),
    ("explorer, with a thumb down", "inferences.list", {"pick": {"feature": "triage", "signal": "feedback.thumb", "signal_class": "down"}, "limit": 50}, 200),
    ("explorer, of a user", "inferences.list", {"pick": {"user": "user-77"}, "limit": 50}, 200),
    ("explorer, that say a rare word", "inferences.list", {"pick": {"text": "order 4242 "}, "limit": 50}, 200),
]


def call(port, key, operation, given):
    """Milliseconds until the answer is read."""
    headers = {"content-type": "application/json", "authorization": f"Bearer {key}"}
    request = urllib.request.Request(f"http://127.0.0.1:{port}/api/v1/{operation}", json.dumps(given).encode(), headers)
    begun = time.monotonic()
    with urllib.request.urlopen(request, timeout=120) as reply:
        reply.read()
    return (time.monotonic() - begun) * 1000


def answers(port):
    for _ in range(600):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=2):
                return
        except OSError:
            time.sleep(0.1)
    raise SystemExit("karat serve does not answer")


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--karat", default="target/release/karat")
    arguments.add_argument("--fill", default="target/release/examples/fill")
    arguments.add_argument("--inferences", type=int, default=1_000_000)
    arguments.add_argument("--folder", help="keeps the filled database there, and takes one that is there already")
    options = arguments.parse_args()
    program, fill = (str(Path(each).resolve()) for each in (options.karat, options.fill))
    folder = Path(options.folder or tempfile.mkdtemp(prefix="karat-live-")).resolve()
    folder.mkdir(exist_ok=True)
    text = PROJECT
    for name, variants in (("triage", ("live", "spare", "rules")), ("reply", ("mini",))):
        text += FEATURE.format(name=name, first=variants[0])
        text += "".join(VARIANT.format(name=name, variant=variant) for variant in variants)
    (folder / "karat.toml").write_text(text)
    (folder / "ask.md").write_text("# system\nAnswer kindly.\n")
    database = folder / ".karat/karat.db"
    if not database.exists():
        subprocess.run([fill, str(database), str(options.inferences), str(DAYS)], check=True)
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as open_database:
        n, sums = (open_database.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in ("inferences", "inference_hours"))
    print(f"{n} inferences in {sums} sums by the hour, {database.stat().st_size / 1e6:.0f} MB; {os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}")
    made = subprocess.run([program, "token", "create", "bench", "--role", "viewer"], cwd=folder, capture_output=True, text=True, check=True)
    key = re.search(r"karat_\S+", made.stdout)[0]
    port = free_port()
    served = start([program, "serve", "--port", str(port)], folder)
    server = System("Karat", port, "triage", served, folder)
    n_late = 0
    try:
        answers(port)
        print("| call | median ms | slowest ms | CPU ms | bar ms |\n| --- | --- | --- | --- | --- |")
        for words, operation, given, bar in CALLS:
            call(port, key, operation, given)
            before = server.cpu_s()
            times = [call(port, key, operation, given) for _ in range(15)]
            cpu_ms = (server.cpu_s() - before) * 1000 / len(times)
            median = statistics.median(times)
            n_late += median > bar
            print(f"| {words} | {median:.0f} | {max(times):.0f} | {cpu_ms:.0f} | {bar}: {'missed' if median > bar else 'met'} |", flush=True)
    finally:
        end(served)
        if not options.folder:
            shutil.rmtree(folder, ignore_errors=True)
    raise SystemExit(1 if n_late else 0)


if __name__ == "__main__":
    main()
