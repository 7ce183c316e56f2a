#!/usr/bin/env python3
"""Frameworks of others against the gateway, unmodified: structured output, a tool, a stream.

    bench/clients/run.py --karat target/release/karat

Each framework gets an environment of its own in target/frameworks, because they want different versions of the same
packages; their versions stand in NAME.txt beside this file. The model is `karat mock` with script.toml.
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "gateway"))

from run import System, end, free_port, start  # noqa: E402

FRAMEWORKS = ("instructor", "pydantic-ai", "llama-index")


def environment(name):
    """The Python of a framework's environment, made where it is absent or its list of versions is newer."""
    folder = HERE.parents[1] / "target/frameworks" / name
    wanted, ready = HERE / f"{name}.txt", folder / "ready"
    if not ready.exists() or ready.stat().st_mtime < wanted.stat().st_mtime:
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        install = [folder / "bin/pip", "install", "--quiet", "--disable-pip-version-check", "-r", wanted]
        subprocess.run(install, check=True)
        ready.touch()
    return folder / "bin/python"


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--karat", default="target/release/karat")
    arguments.add_argument("--only", choices=FRAMEWORKS, help="one of the frameworks")
    options = arguments.parse_args()
    program = str(Path(options.karat).resolve())
    pythons = {name: environment(name) for name in FRAMEWORKS if options.only in (None, name)}
    root = Path(tempfile.mkdtemp(prefix="karat-clients-"))
    mock_port, port = free_port(), free_port()
    features = ""
    for dialect in ("openai-chat", "openai-responses", "anthropic"):
        features += f"""[providers.{dialect}]
dialect = "{dialect}"
base_url = "http://127.0.0.1:{mock_port}/v1"
[features.ask-{dialect}]
waterfall = ["live"]
[features.ask-{dialect}.variants.live]
kind = "chat"
model = "{dialect}/good"
prompt = "ask.md"
unproven = true
"""
    (root / "ask.md").write_text("# system\nAnswer kindly.\n")
    (root / "karat.toml").write_text(f'[project]\nname = "clients"\n[gateway]\nkeys = "required"\n{features}')
    mock = start([program, "mock", "--port", str(mock_port), "--script", str(HERE / "script.toml")], root)
    served = start([program, "serve", "--port", str(port)], root)
    n_wrong = 0
    try:
        System("model", mock_port, "good", mock, root).wait()
        made = subprocess.run([program, "token", "create", "bench", "--role", "infer"], cwd=root, capture_output=True, text=True, check=True)
        key = re.search(r"karat_\S+", made.stdout)[0]
        for name, python in pythons.items():
            for dialect in ("openai-chat", "openai-responses", "anthropic"):
                print(f"{name}, answered by a provider that speaks {dialect}", flush=True)
                asked = [python, HERE / "ask.py", name, f"http://127.0.0.1:{port}", f"ask-{dialect}"]
                n_wrong += subprocess.run(asked, env={**os.environ, "KARAT_API_KEY": key}).returncode != 0
    finally:
        end(served)
        end(mock)
    raise SystemExit(1 if n_wrong else 0)


if __name__ == "__main__":
    main()
