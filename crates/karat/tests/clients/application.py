"""Applications made with packages of others, unmodified but for the address and the name of the model.

usage: application.py openai|anthropic|langchain ADDRESS     (a key stands in KARAT_API_KEY)
"""

import json
import os
import sys

CLIENT, ADDRESS = sys.argv[1:]
KEY = os.environ["KARAT_API_KEY"]
TEXT = "kind words, and more of them"
SCHEMA = {
    "type": "object",
    "properties": {"queue": {"type": "string"}},
    "required": ["queue"],
    "additionalProperties": False,
}
FEATURES = ["ask-chat", "ask-responses", "ask-messages"]


def with_openai():
    import openai

    client = openai.OpenAI(base_url=f"{ADDRESS}/v1", api_key=KEY, max_retries=0)
    listed = [model.id for model in client.models.list()]
    assert set(FEATURES) <= set(listed), listed
    assert client.models.retrieve("ask-chat").id == "ask-chat"
    hello = [{"role": "user", "content": "hello"}]
    tool = {"name": "find", "description": "Finds.", "parameters": SCHEMA}
    for model in FEATURES:
        raw = client.chat.completions.with_raw_response.create(
            model=model, messages=hello, extra_body={"karat": {"user": "ana"}}
        )
        assert len(raw.headers["x-karat-inference-id"]) == 36
        whole = raw.parse()
        assert whole.choices[0].message.content == TEXT, whole
        assert whole.usage.completion_tokens == 7, whole

        pieces, usage = [], None
        stream = client.chat.completions.create(
            model=model, messages=hello, stream=True, stream_options={"include_usage": True}
        )
        for chunk in stream:
            pieces += [choice.delta.content or "" for choice in chunk.choices]
            usage = chunk.usage or usage
        assert "".join(pieces) == TEXT and len(pieces) > 2, pieces
        assert usage.completion_tokens == 7, usage

        asked = [{"role": "user", "content": "find it"}]
        called = client.chat.completions.create(
            model=model, messages=asked, tools=[{"type": "function", "function": tool}]
        )
        call = called.choices[0].message.tool_calls[0]
        assert call.function.name == "find" and json.loads(call.function.arguments)["queue"] == "billing"
        told = client.chat.completions.create(
            model=model,
            messages=[
                *asked,
                called.choices[0].message,
                {"role": "tool", "tool_call_id": call.id, "content": "here"},
            ],
            tools=[{"type": "function", "function": tool}],
        )
        assert told.choices[0].message.content == TEXT, told

        shaped = client.chat.completions.create(
            model=model,
            messages=[{"role": "user", "content": "shape it"}],
            response_format={
                "type": "json_schema",
                "json_schema": {"name": "queue", "strict": True, "schema": SCHEMA},
            },
        )
        assert json.loads(shaped.choices[0].message.content) == {"queue": "billing"}, shaped

        answered = client.responses.create(model=model, input="hello")
        assert answered.output_text == TEXT, answered
        with client.responses.stream(model=model, input="hello") as stream:
            kinds = [event.type for event in stream]
            final = stream.get_final_response()
        assert final.output_text == TEXT and kinds[-1] == "response.completed", kinds
        called = client.responses.create(
            model=model, input="find it", tools=[{"type": "function", "strict": True, **tool}]
        )
        call = next(item for item in called.output if item.type == "function_call")
        assert json.loads(call.arguments)["queue"] == "billing", called
    vectors = client.embeddings.create(model="chat/vectors", input=["one", "two"])
    assert len(vectors.data) == 2 and len(vectors.data[0].embedding) > 1
    try:
        client.chat.completions.create(model="nobody", messages=hello)
        raise AssertionError("a name that means nobody was answered")
    except openai.NotFoundError as error:
        assert "next:" in error.message, error
    try:
        wrong = openai.OpenAI(base_url=f"{ADDRESS}/v1", api_key="karat_x_" + "0" * 64, max_retries=0)
        wrong.models.list()
        raise AssertionError("a wrong key was let in")
    except openai.AuthenticationError:
        pass
    try:
        for _ in client.chat.completions.create(model="cut", messages=hello, stream=True):
            pass
        raise AssertionError("a stream that broke ended well")
    except openai.APIError as error:
        assert "broke off" in error.message, error


def with_anthropic():
    import anthropic

    client = anthropic.Anthropic(base_url=ADDRESS, api_key=KEY, max_retries=0)
    assert set(FEATURES) <= {model.id for model in client.models.list()}
    hello = [{"role": "user", "content": "hello"}]
    tool = {"name": "find", "description": "Finds.", "input_schema": SCHEMA}
    for model in FEATURES:
        raw = client.messages.with_raw_response.create(model=model, max_tokens=50, messages=hello)
        assert len(raw.headers["x-karat-inference-id"]) == 36
        whole = raw.parse()
        assert whole.content[0].text == TEXT and whole.usage.output_tokens == 7, whole
        with client.messages.stream(model=model, max_tokens=50, messages=hello) as stream:
            pieces = list(stream.text_stream)
            final = stream.get_final_message()
        assert "".join(pieces) == TEXT == final.content[0].text and len(pieces) > 2, pieces
        assert final.stop_reason == "end_turn" and final.usage.output_tokens == 7, final

        asked = [{"role": "user", "content": "find it"}]
        called = client.messages.create(model=model, max_tokens=50, messages=asked, tools=[tool])
        use = next(block for block in called.content if block.type == "tool_use")
        assert use.name == "find" and use.input == {"queue": "billing"}, called
        assert called.stop_reason == "tool_use", called
        result = {"type": "tool_result", "tool_use_id": use.id, "content": "here"}
        told = client.messages.create(
            model=model,
            max_tokens=50,
            tools=[tool],
            messages=[
                *asked,
                {"role": "assistant", "content": called.content},
                {"role": "user", "content": [result]},
            ],
        )
        assert told.content[0].text == TEXT, told
        counted = client.messages.count_tokens(model=model, messages=hello)
        assert counted.input_tokens > 0, counted
    try:
        client.messages.create(model="nobody", max_tokens=5, messages=hello)
        raise AssertionError("a name that means nobody was answered")
    except anthropic.NotFoundError as error:
        assert "next:" in str(error), error
    try:
        with client.messages.stream(model="cut", max_tokens=50, messages=hello) as stream:
            list(stream.text_stream)
        raise AssertionError("a stream that broke ended well")
    except anthropic.APIError as error:
        assert "broke off" in str(error), error


def with_langchain():
    from langchain_anthropic import ChatAnthropic
    from langchain_openai import ChatOpenAI, OpenAIEmbeddings

    find = {"title": "find", "description": "Finds.", **SCHEMA}
    for model in FEATURES:
        for chat in (
            ChatOpenAI(model=model, base_url=f"{ADDRESS}/v1", api_key=KEY, max_retries=0),
            ChatOpenAI(
                model=model,
                base_url=f"{ADDRESS}/v1",
                api_key=KEY,
                max_retries=0,
                use_responses_api=True,
            ),
            ChatAnthropic(model=model, base_url=ADDRESS, api_key=KEY, max_retries=0),
        ):
            assert chat.invoke("hello").text == TEXT
            assert "".join(piece.text for piece in chat.stream("hello")) == TEXT
            call = chat.bind_tools([find]).invoke("find it").tool_calls[0]
            assert (call["name"], call["args"]) == ("find", {"queue": "billing"}), call
    vectors = OpenAIEmbeddings(
        model="chat/vectors",
        base_url=f"{ADDRESS}/v1",
        api_key=KEY,
        check_embedding_ctx_length=False,
    )
    assert len(vectors.embed_query("one")) > 1


{"openai": with_openai, "anthropic": with_anthropic, "langchain": with_langchain}[CLIENT]()
print(f"{CLIENT} is answered")
