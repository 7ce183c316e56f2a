"""An assistant made with the official MCP package: lists the tools, starts an eval, reads its verdict.

usage: assistant.py stdio PROGRAM FOLDER
       assistant.py http URL ROLE        (the token stands in KARAT_API_KEY)
"""

import asyncio
import os
import sys

import httpx2
from mcp import Client, StdioServerParameters
from mcp.client.streamable_http import streamable_http_client

ADMIN_ONLY = {"people_list", "people_invite", "tokens_create", "tokens_revoke"}
WRITES = {"evals_run", "gate_judge"}


async def check(client, role):
    tools = {tool.name: tool for tool in (await client.list_tools()).tools}
    assert {"project_state", "runs_list", "runs_show"} <= set(tools), sorted(tools)
    assert tools["runs_list"].annotations.read_only_hint is True
    assert tools["runs_list"].input_schema["type"] == "object"
    assert "limit" in tools["runs_list"].input_schema["properties"]
    if role == "viewer":
        assert not (ADMIN_ONLY | WRITES) & set(tools), sorted(tools)
        refused = await client.call_tool("evals_run", {})
        assert refused.is_error and "editor" in refused.content[0].text, refused
        return
    assert ADMIN_ONLY | WRITES <= set(tools), sorted(tools)
    assert tools["evals_run"].annotations.read_only_hint is False
    assert tools["evals_run"].annotations.destructive_hint is True

    told = []

    async def progress(done, total, message):
        told.append((done, total, message))

    ran = await client.call_tool("evals_run", {}, progress_callback=progress)
    assert not ran.is_error, ran
    assert ran.structured_content["feature"] == "triage"
    assert told and told[-1][0] <= told[-1][1], told
    judged = await client.call_tool("gate_judge", {"feature": "triage"})
    run = judged.structured_content["run_id"]
    shown = await client.call_tool("runs_show", {"run": run})
    verdict = shown.structured_content["summary"]["verdict"]
    assert verdict in {"pass", "fail", "undecided"}, verdict
    assert verdict == judged.structured_content["verdict"]

    wrong = await client.call_tool("runs_show", {"run": "no such run"})
    assert wrong.is_error and "next:" in wrong.content[0].text, wrong
    odd = await client.call_tool("runs_list", {"limit": "many"})
    assert odd.is_error, odd
    try:
        await client.call_tool("no_such_tool", {})
    except Exception as error:
        assert "no_such_tool" in str(error), error
    else:
        raise AssertionError("an unknown tool was called")
    print(f"{len(tools)} tools, verdict {verdict}, {len(told)} words on progress")


async def main():
    if sys.argv[1] == "stdio":
        program, folder = sys.argv[2:]
        server = StdioServerParameters(command=program, args=["-C", folder, "mcp"])
        async with Client(server) as client:
            await check(client, "admin")
        return
    url, role = sys.argv[2:]
    async with httpx2.AsyncClient(timeout=60) as stranger:
        for headers in ({}, {"authorization": "Bearer karat_x_" + "0" * 64}):
            reply = await stranger.post(url, json={}, headers=headers)
            assert reply.status_code == 401, reply.text
    key = {"authorization": f"Bearer {os.environ['KARAT_API_KEY']}"}
    async with httpx2.AsyncClient(headers=key, timeout=60) as http:
        foreign = await http.post(url, json={}, headers={"origin": "http://evil.example"})
        assert foreign.status_code == 403, foreign.text
        transport = streamable_http_client(url, http_client=http)
        async with Client(transport) as client:
            await check(client, role)


asyncio.run(main())
