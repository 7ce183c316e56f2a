"""Asks a promptfoo provider in Python: {id, trial, input} on stdin, the answer on stdout.

Arguments: the provider's file, its function, its config as JSON, the prompt file.
"""
import asyncio
import importlib.util
import inspect
import json
import pathlib
import re
import sys

file, function, config, prompt_file = sys.argv[1:5]
asked = json.load(sys.stdin)


def fill(text):
    def place(match):
        value = asked["input"]
        for key in match.group(1).split("."):
            value = value.get(key, "") if isinstance(value, dict) else ""
        return value if isinstance(value, str) else json.dumps(value)

    return re.sub(r"\{\{-?\s*([\w.]+)\s*-?\}\}", place, text)


parts = re.split(r"(?m)^# (system|user|assistant)\s*$", pathlib.Path(prompt_file).read_text("utf-8"))
messages = [
    {"role": role, "content": fill(text.strip("\n"))}
    for role, text in zip(["user"] + parts[1::2], parts[0::2])
    if text.strip()
]
is_plain = len(parts) == 1
prompt = messages[0]["content"] if is_plain else json.dumps(messages)

sys.path.insert(0, str(pathlib.Path(file).resolve().parent))
spec = importlib.util.spec_from_file_location("provider", file)
module = importlib.util.module_from_spec(spec)
printed, sys.stdout = sys.stdout, sys.stderr  # what the provider prints is no answer
spec.loader.exec_module(module)
context = {"vars": asked["input"]}
said = getattr(module, function)(prompt, {"config": json.loads(config)}, context)
if inspect.isawaitable(said):
    said = asyncio.run(said)
sys.stdout = printed
if isinstance(said, dict) and said.get("error"):
    sys.exit(str(said["error"]))
answer = said.get("output") if isinstance(said, dict) else said
result = {"output": answer}
if isinstance(said, dict) and isinstance(said.get("cost"), (int, float)):
    result["cost_usd"] = said["cost"]
print(json.dumps(result))
