#!/usr/bin/env python3
"""Asks `karat serve` at a steady rate for a long time: does memory grow, do waits grow, is every answer in the ledger?

    bench/gateway/soak.py --karat target/release/karat --minutes 10 --rate 500

The loop is open: requests are due at fixed times and wait is counted from there. Half of them ask for streams.
"""

import argparse
import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from kill import ledger
from run import System, end, free_port, karat, load_program, model


def resident_mb(pid):
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return 0


def stored_mb(folder):
    return sum(file.stat().st_size for file in (folder / ".karat").glob("karat.db*")) / 1e6


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--karat", default="target/release/karat")
    arguments.add_argument("--minutes", type=int, default=10)
    arguments.add_argument("--rate", type=float, default=500)
    arguments.add_argument("--connections", type=int, default=64)
    options = arguments.parse_args()
    program = str(Path(options.karat).resolve())
    loader = load_program()
    root = tempfile.mkdtemp(prefix="karat-soak-")
    mock_port = free_port()
    mock = model(program, mock_port, root)
    System("model", mock_port, "good", mock, root).wait()
    system = karat(program, "Karat", mock_port, True, root)
    folder = system.files[False].parent
    seen, n_errors = [], 0
    try:
        system.wait()
        print(f"{options.rate:g} requests/s for {options.minutes} min, {options.connections} connections, {os.cpu_count()} processors")
        print("| minute | answers | errors | whole p50 ms | whole p99 ms | streamed p50 ms | streamed p99 ms | memory MB | database MB | load |")
        print("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |")
        for minute in range(1, options.minutes + 1):
            loads = []
            for streamed in (False, True):
                ids = Path(root) / f"ids-{streamed}.txt"
                asked = [loader, f"127.0.0.1:{system.port}", "/v1/chat/completions", str(system.files[streamed])]
                rest = [str(options.connections // 2), "60", str(options.rate / 2), str(ids)]
                loads.append((ids, subprocess.Popen(asked + rest, stdout=subprocess.PIPE, text=True)))
            measured = []
            for ids, load in loads:
                said, _ = load.communicate()
                measured.append(json.loads(said))
                seen += ids.read_text().split()
            n = sum(each["n"] for each in measured)
            errors = sum(each["errors"] for each in measured)
            n_errors += errors
            waits = " | ".join(f"{each[what] / 1000:.2f}" for each in measured for what in ("p50_us", "p99_us"))
            print(
                f"| {minute} | {n} | {errors} | {waits} | {resident_mb(system.process.pid):.0f} "
                f"| {stored_mb(folder):.0f} | {os.getloadavg()[0]:.1f} |",
                flush=True,
            )
    finally:
        end(system.process)
        end(mock)
    times = ledger(program, folder)
    missing = sum(1 for each in seen if times[each] == 0)
    double = sum(1 for n in times.values() if n > 1)
    print(f"acknowledged {len(seen)}, in the ledger {len(seen) - missing}, missing {missing}, double {double}, errors {n_errors}")
    shutil.rmtree(root, ignore_errors=True)
    raise SystemExit(1 if missing or double or n_errors else 0)


if __name__ == "__main__":
    main()
