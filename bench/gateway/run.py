#!/usr/bin/env python3
"""Measures what Karat adds between an application and a model, beside nginx and LiteLLM, in one run on one machine.

    bench/gateway/run.py --karat target/release/karat

Direct, nginx, Karat with and without recording, and LiteLLM take turns, so that a busy moment hits all of them.
The model is `karat mock` without any delay. Absent programs are left out with a message.
"""

import argparse
import json
import os
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

HERE = Path(__file__).resolve().parent
TICKS = os.sysconf("SC_CLK_TCK")
SCRIPT = """
tokens_per_chunk = 4
[[answer]]
text = "Your parcel left our house on Monday and is with the carrier now. It should be with you within two days; if it is not, please write to us again and we will send a second one at once."
usage = { input_tokens = 120, output_tokens = 45 }
"""
PROMPT = "Where is my parcel? I ordered a lamp two weeks ago and have heard nothing since. " * 6
SLOWEST_START_S = 60


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def body(model, streamed):
    messages = [{"role": "system", "content": "Answer kindly."}, {"role": "user", "content": PROMPT}]
    asked = {"model": model, "messages": messages, "max_tokens": 200, "temperature": 0}
    return json.dumps(asked | ({"stream": True} if streamed else {}))


class System:
    """Something that answers, with the processes that are its own."""

    def __init__(self, name, port, model, process=None, folder=None):
        self.name, self.port, self.model, self.process = name, port, model, process
        self.files = {}
        for streamed in (False, True):
            path = Path(folder) / f"{name.replace(' ', '-')}-{streamed}.json"
            path.write_text(body(model, streamed))
            self.files[streamed] = path

    def pids(self):
        if self.process is None:
            return []
        found = subprocess.run(
            ["pgrep", "-P", str(self.process.pid)], capture_output=True, text=True
        ).stdout.split()
        return [self.process.pid, *map(int, found)]

    def cpu_s(self):
        total = 0
        for pid in self.pids():
            fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
            total += int(fields[11]) + int(fields[12])
        return total / TICKS

    def rss_mb(self):
        total = 0
        for pid in self.pids():
            for line in Path(f"/proc/{pid}/status").read_text().splitlines():
                if line.startswith("VmHWM"):
                    total += int(line.split()[1]) / 1024
        return total

    def ask(self, timeout=5):
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/v1/chat/completions",
            self.files[False].read_bytes(),
            {"content-type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=timeout) as reply:
            return reply.status

    def wait(self):
        """Seconds until it answers; none where it does not."""
        begun = time.monotonic()
        while time.monotonic() - begun < SLOWEST_START_S:
            try:
                if self.ask() == 200:
                    return time.monotonic() - begun
            except OSError:
                time.sleep(0.005)
        return None


def load(program, system, streamed, connections, seconds, rate=None):
    command = [
        program,
        f"127.0.0.1:{system.port}",
        "/v1/chat/completions",
        str(system.files[streamed]),
        str(connections),
        str(seconds),
    ]
    before = system.cpu_s()
    ran = subprocess.run(
        command + ([str(rate)] if rate else []), capture_output=True, text=True, check=True
    )
    measured = json.loads(ran.stdout)
    measured["cpu_us"] = (system.cpu_s() - before) * 1e6 / max(measured["n"], 1)
    return measured


def start(command, folder, **more):
    log = open(Path(folder) / "log.txt", "a")
    return subprocess.Popen(command, stdout=log, stderr=log, cwd=folder, **more)


def load_program():
    """Builds `load.rs`."""
    subprocess.run(["cargo", "build", "--quiet", "--release"], cwd=HERE, check=True)
    return str(Path(os.environ.get("CARGO_TARGET_DIR", HERE / "target")) / "release/load")


def model(program, port, root):
    """`karat mock` without any delay."""
    script = Path(root) / "script.toml"
    script.write_text(SCRIPT)
    return start([program, "mock", "--port", str(port), "--script", str(script)], root)


def karat(program, name, mock_port, recording, root):
    folder = Path(tempfile.mkdtemp(dir=root))
    port = free_port()
    (folder / "ask.md").write_text("# system\nAnswer kindly.\n")
    (folder / "karat.toml").write_text(
        f"""[project]
name = "bench"
[gateway]
record = {str(recording).lower()}
[providers.sim]
dialect = "openai-chat"
base_url = "http://127.0.0.1:{mock_port}/v1"
[prices."sim/good"]
input = 1.0
output = 4.0
[features.ask]
waterfall = ["live"]
[features.ask.variants.live]
kind = "chat"
model = "sim/good"
prompt = "ask.md"
unproven = true
"""
    )
    process = start([program, "serve", "--port", str(port)], folder)
    return System(name, port, "ask", process, folder)


def nginx(mock_port, root):
    found = shutil.which("nginx") or shutil.which("/usr/sbin/nginx")
    if not found:
        print("left out: nginx is missing; next: apt-get install nginx-light", file=sys.stderr)
        return None
    folder = Path(tempfile.mkdtemp(dir=root))
    port = free_port()
    (folder / "nginx.conf").write_text(
        f"""daemon off; master_process on; worker_processes 2; pid {folder}/pid; error_log {folder}/error.log;
events {{ worker_connections 1024; }}
http {{
  access_log off; client_body_temp_path {folder}/b; proxy_temp_path {folder}/p; fastcgi_temp_path {folder}/f;
  uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s; keepalive_requests 1000000000;
  upstream mock {{ server 127.0.0.1:{mock_port}; keepalive 128; keepalive_requests 1000000000; }}
  server {{
    listen 127.0.0.1:{port};
    location / {{
      proxy_pass http://mock; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_buffering off;
    }}
  }}
}}
"""
    )
    process = start([found, "-p", str(folder), "-c", str(folder / "nginx.conf")], folder)
    return System("nginx", port, "good", process, folder)


def litellm(program, mock_port, root):
    if not program or not Path(program).exists():
        print(
            "left out: LiteLLM is missing; next: python3 -m venv V && V/bin/pip install 'litellm[proxy]', then --litellm V/bin/litellm",
            file=sys.stderr,
        )
        return None
    folder = Path(tempfile.mkdtemp(dir=root))
    port = free_port()
    (folder / "config.yaml").write_text(
        f"""model_list:
  - model_name: ask
    litellm_params:
      model: openai/good
      api_base: http://127.0.0.1:{mock_port}/v1
      api_key: none
litellm_settings:
  telemetry: false
"""
    )
    command = [program, "--config", "config.yaml", "--host", "127.0.0.1", "--port", str(port)]
    # It listens on loopback only; without this it wants a key of its own, and the others here have none.
    permits = {"LITELLM_LOG": "ERROR", "LITELLM_DANGEROUSLY_PERMIT_WEAK_OR_UNSET_MASTER_KEY": "true"}
    process = start(command, folder, env={**os.environ, **permits})
    return System("LiteLLM", port, "ask", process, folder)


def first_answer_s(program, mock_port, root, n=5):
    """From the start of the program to its first answer."""
    times = []
    for _ in range(n):
        begun = time.monotonic()
        system = karat(program, "start", mock_port, True, root)
        system.wait()
        times.append(time.monotonic() - begun)
        end(system.process)
    return statistics.median(times)


def end(process):
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(25)
    except subprocess.TimeoutExpired:
        process.kill()


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--karat", default="target/release/karat")
    arguments.add_argument("--mock", help="the program that plays the model; the same where absent")
    arguments.add_argument("--litellm", help="the program of an environment with litellm[proxy]")
    arguments.add_argument("--seconds", type=float, default=3)
    arguments.add_argument("--rounds", type=int, default=3)
    options = arguments.parse_args()
    program = str(Path(options.karat).resolve())
    loader = load_program()
    root = tempfile.mkdtemp(prefix="karat-bench-")
    mock_port = free_port()
    mock = model(str(Path(options.mock or program).resolve()), mock_port, root)
    systems = [System("direct", mock_port, "good", None, root)]
    try:
        if systems[0].wait() is None:
            raise SystemExit("karat mock does not answer")
        first_s = first_answer_s(program, mock_port, root)
        systems += [
            system
            for system in (
                nginx(mock_port, root),
                karat(program, "Karat", mock_port, True, root),
                karat(program, "Karat, recording off", mock_port, False, root),
                litellm(options.litellm, mock_port, root),
            )
            if system
        ]
        for system in list(systems):
            if system.wait() is None:
                print(f"left out: {system.name} does not answer within {SLOWEST_START_S} s", file=sys.stderr)
                end(system.process)
                systems.remove(system)
                continue
            load(loader, system, False, 16, 0.5)
        measure(systems, loader, options, first_s)
    finally:
        for system in systems:
            if system.process:
                end(system.process)
        end(mock)
        shutil.rmtree(root, ignore_errors=True)


def measure(systems, loader, options, first_s):
    rows = {}
    loads = []
    for _ in range(options.rounds):
        for streamed in (False, True):
            for connections in (1, 16, 64):
                for system in systems:
                    loads.append(os.getloadavg()[0])
                    measured = load(loader, system, streamed, connections, options.seconds)
                    rows.setdefault((streamed, connections, system.name), []).append(measured)
    middle = lambda key, what: statistics.median(row[what] for row in rows[key])
    print(f"{os.cpu_count()} processors, load average {min(loads):.1f} to {max(loads):.1f} (the bench itself included)")
    print(f"{options.rounds} rounds of {options.seconds:g} s; each figure is the median of the rounds\n")
    print("| answer | connections | system | requests/s | p50 ms | p99 ms | CPU µs/request | errors |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- |")
    for streamed, connections, name in rows:
        key = (streamed, connections, name)
        errors = sum(row["errors"] for row in rows[key])
        cpu = "" if name == "direct" else f"{middle(key, 'cpu_us'):.0f}"
        print(
            f"| {'streamed' if streamed else 'whole'} | {connections} | {name} | {middle(key, 'per_second'):.0f} "
            f"| {middle(key, 'p50_us') / 1000:.2f} | {middle(key, 'p99_us') / 1000:.2f} | {cpu} | {errors} |"
        )
    print()
    for streamed in (False, True):
        kind = "streamed" if streamed else "whole"
        rate = middle((streamed, 64, "Karat"), "per_second")
        if (streamed, 64, "nginx") in rows:
            share = rate / middle((streamed, 64, "nginx"), "per_second")
            print(f"{kind}: Karat answers {share:.2f} times as many requests/s as nginx at 64 connections")
        added = []
        for _ in range(options.rounds):
            waits = {
                system.name: load(loader, system, streamed, 64, options.seconds, rate / 2)
                for system in systems
                if system.name in ("direct", "nginx", "Karat")
            }
            added.append(waits)
        for quantile in ("p50_us", "p99_us"):
            of = lambda name: statistics.median(waits[name][quantile] for waits in added)
            beside = f", nginx adds {(of('nginx') - of('direct')) / 1000:.2f}" if "nginx" in added[0] else ""
            print(
                f"{kind}, open loop at {rate / 2:.0f} requests/s, {quantile[:3]}: direct {of('direct') / 1000:.2f} ms, "
                f"Karat {of('Karat') / 1000:.2f} ms; Karat adds {(of('Karat') - of('direct')) / 1000:.2f} ms{beside}"
            )
    for system in systems:
        if system.process:
            print(f"{system.name}: at most {system.rss_mb():.0f} MB")
    print(f"first answer {first_s * 1000:.0f} ms after the start of Karat")


if __name__ == "__main__":
    main()
