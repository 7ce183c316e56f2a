#!/usr/bin/env python3
"""Kills `karat serve` at random moments under load, and looks whether the ledger has every answer whose end was seen, once.

    bench/gateway/kill.py --karat target/release/karat --kills 100

Half of the rounds ask for streams. Each round starts the server on the same folder again, so that it also begins
with a log that nobody had folded.
"""

import argparse
import collections
import json
import random
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

from run import System, end, free_port, karat, load_program, model, start


def ledger(program, folder):
    """How often each inference stands in the ledger."""
    times = collections.Counter()
    with subprocess.Popen([program, "export", "--format", "jsonl"], stdout=subprocess.PIPE, cwd=folder) as export:
        for line in export.stdout:
            times[json.loads(line)["id"]] += 1
    if export.returncode:
        raise SystemExit("the ledger cannot be read")
    return times


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--karat", default="target/release/karat")
    arguments.add_argument("--kills", type=int, default=100)
    arguments.add_argument("--connections", type=int, default=16)
    arguments.add_argument("--seed", type=int, default=1)
    options = arguments.parse_args()
    program = str(Path(options.karat).resolve())
    chance = random.Random(options.seed)
    loader = load_program()
    root = tempfile.mkdtemp(prefix="karat-kill-")
    mock_port = free_port()
    mock = model(program, mock_port, root)
    System("model", mock_port, "good", mock, root).wait()
    # The first start makes the folder that all others go on with.
    first = karat(program, "Karat", mock_port, True, root)
    folder, port = first.files[False].parent, first.port
    seen, process, begun = [], first.process, time.monotonic()
    try:
        for round_index in range(options.kills):
            system = System("Karat", port, "ask", process, folder)
            if system.wait() is None:
                raise SystemExit(f"Karat does not answer after {round_index} kills")
            ids = Path(root) / "ids.txt"
            ids.unlink(missing_ok=True)
            asked = [loader, f"127.0.0.1:{port}", "/v1/chat/completions", str(system.files[round_index % 2 == 1])]
            load = subprocess.Popen([*asked, str(options.connections), "30", "0", str(ids)], stdout=subprocess.DEVNULL)
            time.sleep(chance.uniform(0.05, 0.6))
            process.send_signal(signal.SIGKILL)
            process.wait()
            if load.wait(30):
                raise SystemExit("the load ended before it should")
            seen += ids.read_text().split()
            process = start([program, "serve", "--port", str(port)], folder)
        if System("Karat", port, "ask", process, folder).wait() is None:
            raise SystemExit("Karat does not answer after the last kill")
    finally:
        end(process)
        end(mock)
    times = ledger(program, folder)
    missing = sum(1 for each in seen if times[each] == 0)
    double = sum(1 for n in times.values() if n > 1)
    print(f"{options.kills} kills in {time.monotonic() - begun:.0f} s, {options.connections} connections, seed {options.seed}")
    print(f"acknowledged {len(seen)}, in the ledger {len(seen) - missing}, missing {missing}, double {double}")
    print(f"the ledger has {len(times)}: also those whose end nobody saw any more")
    shutil.rmtree(root, ignore_errors=True)
    raise SystemExit(1 if missing or double else 0)


if __name__ == "__main__":
    main()
