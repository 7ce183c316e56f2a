"""Asks a feature through a framework, unmodified but for the address and the name of the model: structure, a tool, a stream.

usage: ask.py instructor|pydantic-ai|llama-index ADDRESS FEATURE     (a key stands in KARAT_API_KEY)
"""

import os
import sys

from pydantic import BaseModel

CLIENT, ADDRESS, FEATURE = sys.argv[1:]
KEY = os.environ["KARAT_API_KEY"]
BASE = f"{ADDRESS}/v1"
TEXT = "kind words, and more of them"


class Ticket(BaseModel):
    """A support ticket."""

    queue: str
    urgent: bool


WANTED = Ticket(queue="billing", urgent=True)


def said(what):
    print(f"  {what}: as it should be")


def same(what, found, wanted):
    # A framework may make a class of its own of the model that it was given.
    found, wanted = (each.model_dump() if isinstance(each, BaseModel) else each for each in (found, wanted))
    assert found == wanted, f"{what}: {found!r} where {wanted!r} should be"
    said(what)


def with_instructor():
    import instructor
    from openai import OpenAI

    raw = OpenAI(base_url=BASE, api_key=KEY, max_retries=0)
    hello = [{"role": "user", "content": "hello"}]
    call = lambda words: [{"role": "user", "content": words}]
    tools = instructor.from_openai(raw, mode=instructor.Mode.TOOLS)
    same("structure through a tool", ask_for(tools, call("call the shape")), WANTED)
    shaped = instructor.from_openai(raw, mode=instructor.Mode.JSON_SCHEMA)
    same("structure through a JSON schema", ask_for(shaped, call("shape it")), WANTED)
    parts = list(tools.chat.completions.create_partial(model=FEATURE, response_model=Ticket, messages=call("call the shape"), max_retries=0))
    same("structure as a stream", parts[-1], WANTED)
    assert len(parts) > 1, parts
    pieces = raw.chat.completions.create(model=FEATURE, messages=hello, stream=True)
    same("a stream of text beside it", "".join(piece.choices[0].delta.content or "" for piece in pieces if piece.choices), TEXT)


def ask_for(client, messages):
    return client.chat.completions.create(model=FEATURE, response_model=Ticket, messages=messages, max_retries=0)


def with_pydantic_ai():
    import asyncio

    # One loop for all of it: its client belongs to the loop that used it first.
    asyncio.run(pydantic_ai())


async def pydantic_ai():
    from pydantic_ai import Agent, NativeOutput
    from pydantic_ai.models.openai import OpenAIChatModel, OpenAIResponsesModel
    from pydantic_ai.providers.openai import OpenAIProvider

    provider = OpenAIProvider(base_url=BASE, api_key=KEY)
    for name, kind in (("chat", OpenAIChatModel), ("responses", OpenAIResponsesModel)):
        model = kind(FEATURE, provider=provider)
        shaped = Agent(model, output_type=Ticket, retries=0)
        same(f"{name}: structure through a tool", (await shaped.run("call the result")).output, WANTED)
        native = Agent(model, output_type=NativeOutput(Ticket), retries=0)
        same(f"{name}: structure through a JSON schema", (await native.run("shape it")).output, WANTED)
        found = []
        agent = Agent(model)

        @agent.tool_plain
        def find(queue: str) -> str:
            """Finds what waits in a queue."""
            found.append(queue)
            return "three messages"

        ran = await agent.run("find it")
        same(f"{name}: a tool, its answer, and words", (found, ran.output), (["billing"], TEXT))
        async with Agent(model).run_stream("hello") as stream:
            pieces = [piece async for piece in stream.stream_text(delta=True, debounce_by=None)]
        same(f"{name}: a stream of text", "".join(pieces), TEXT)
        assert len(pieces) > 1, pieces


def with_llama_index():
    from llama_index.core.llms import ChatMessage
    from llama_index.core.tools import FunctionTool
    from llama_index.llms.openai_like import OpenAILike

    llm = OpenAILike(model=FEATURE, api_base=BASE, api_key=KEY, is_chat_model=True, is_function_calling_model=True, max_retries=0)
    same("an answer", llm.chat([ChatMessage(role="user", content="hello")]).message.content, TEXT)
    pieces = [piece.delta for piece in llm.stream_chat([ChatMessage(role="user", content="hello")])]
    same("a stream of text", "".join(piece or "" for piece in pieces), TEXT)
    assert len(pieces) > 1, pieces

    def find(queue: str) -> str:
        """Finds what waits in a queue."""
        return f"three messages in {queue}"

    ran = llm.predict_and_call([FunctionTool.from_defaults(fn=find)], user_msg="find it")
    same("a tool that was called", str(ran), "three messages in billing")
    same("structure through a tool", llm.as_structured_llm(Ticket).chat([ChatMessage(role="user", content="call the shape")]).raw, WANTED)


{"instructor": with_instructor, "pydantic-ai": with_pydantic_ai, "llama-index": with_llama_index}[CLIENT]()
