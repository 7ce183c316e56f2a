// Applications made with packages of others, unmodified but for the address and the name of the model.
// usage: application.mjs openai|anthropic|vercel ADDRESS     (a key stands in KARAT_API_KEY)

import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const [client, address, packages] = process.argv.slice(2);
const apiKey = process.env.KARAT_API_KEY;
const text = "kind words, and more of them";
const features = ["ask-chat", "ask-responses", "ask-messages"];
const schema = {
  type: "object",
  properties: { queue: { type: "string" } },
  required: ["queue"],
  additionalProperties: false,
};
// Packages lie where they were built, not beside this file.
const require = createRequire(pathToFileURL(`${packages}/`));
const load = (name) => import(pathToFileURL(require.resolve(name)));

async function withOpenAi() {
  const { default: OpenAI } = await load("openai");
  const openai = new OpenAI({ baseURL: `${address}/v1`, apiKey, maxRetries: 0 });
  const listed = [];
  for await (const model of openai.models.list()) listed.push(model.id);
  for (const model of features) assert(listed.includes(model), listed.join());
  const messages = [{ role: "user", content: "hello" }];
  const find = { name: "find", description: "Finds.", parameters: schema };
  for (const model of features) {
    const { data, response } = await openai.chat.completions
      .create({ model, messages, karat: { user: "ana" } })
      .withResponse();
    assert.equal(data.choices[0].message.content, text);
    assert.equal(response.headers.get("x-karat-inference-id").length, 36);
    const pieces = [];
    const stream = await openai.chat.completions.create({ model, messages, stream: true });
    for await (const chunk of stream) pieces.push(chunk.choices[0].delta.content ?? "");
    assert.equal(pieces.join(""), text);
    const runner = openai.chat.completions.runTools({
      model,
      messages: [{ role: "user", content: "find it" }],
      tools: [
        { type: "function", function: { ...find, parse: JSON.parse, function: ({ queue }) => `in ${queue}` } },
      ],
    });
    assert.equal(await runner.finalContent(), text);
    const shaped = await openai.chat.completions.create({
      model,
      messages: [{ role: "user", content: "shape it" }],
      response_format: { type: "json_schema", json_schema: { name: "queue", strict: true, schema } },
    });
    assert.deepEqual(JSON.parse(shaped.choices[0].message.content), { queue: "billing" });
    assert.equal((await openai.responses.create({ model, input: "hello" })).output_text, text);
    const kinds = [];
    for await (const event of await openai.responses.create({ model, input: "hello", stream: true })) {
      kinds.push(event.type);
    }
    assert.equal(kinds.at(-1), "response.completed");
  }
  const vectors = await openai.embeddings.create({ model: "chat/vectors", input: ["one", "two"] });
  assert.equal(vectors.data.length, 2);
  assert(vectors.data[0].embedding.length > 1);
  await assert.rejects(openai.chat.completions.create({ model: "nobody", messages }), OpenAI.NotFoundError);
  await assert.rejects(async () => {
    const stream = await openai.chat.completions.create({ model: "cut", messages, stream: true });
    for await (const _ of stream);
  }, /broke off/);
}

async function withAnthropic() {
  const { default: Anthropic } = await load("@anthropic-ai/sdk");
  const anthropic = new Anthropic({ baseURL: address, apiKey, maxRetries: 0 });
  const messages = [{ role: "user", content: "hello" }];
  const tools = [{ name: "find", description: "Finds.", input_schema: schema }];
  for (const model of features) {
    const whole = await anthropic.messages.create({ model, max_tokens: 50, messages });
    assert.equal(whole.content[0].text, text);
    const stream = anthropic.messages.stream({ model, max_tokens: 50, messages });
    assert.equal(await stream.finalText(), text);
    const asked = [{ role: "user", content: "find it" }];
    const called = await anthropic.messages.create({ model, max_tokens: 50, messages: asked, tools });
    const use = called.content.find((block) => block.type === "tool_use");
    assert.deepEqual(use.input, { queue: "billing" });
    const told = await anthropic.messages.create({
      model,
      max_tokens: 50,
      tools,
      messages: [
        ...asked,
        { role: "assistant", content: called.content },
        { role: "user", content: [{ type: "tool_result", tool_use_id: use.id, content: "here" }] },
      ],
    });
    assert.equal(told.content[0].text, text);
    const counted = await anthropic.messages.countTokens({ model, messages });
    assert(counted.input_tokens > 0);
  }
  await assert.rejects(
    anthropic.messages.create({ model: "nobody", max_tokens: 5, messages }),
    Anthropic.NotFoundError,
  );
  await assert.rejects(
    anthropic.messages.stream({ model: "cut", max_tokens: 50, messages }).finalText(),
    /broke off/,
  );
}

async function withVercel() {
  const { generateText, streamText, generateObject, embed, jsonSchema, tool } = await load("ai");
  const { createOpenAI } = await load("@ai-sdk/openai");
  const { createAnthropic } = await load("@ai-sdk/anthropic");
  const openai = createOpenAI({ baseURL: `${address}/v1`, apiKey });
  const anthropic = createAnthropic({ baseURL: `${address}/v1`, apiKey });
  const tools = { find: tool({ description: "Finds.", inputSchema: jsonSchema(schema) }) };
  for (const name of features) {
    for (const model of [openai.chat(name), openai.responses(name), anthropic(name)]) {
      const whole = await generateText({ model, prompt: "hello", maxRetries: 0 });
      assert.equal(whole.text, text);
      const stream = streamText({ model, prompt: "hello", maxRetries: 0 });
      assert.equal(await stream.text, text);
      const called = await generateText({ model, prompt: "find it", tools, maxRetries: 0 });
      assert.deepEqual(called.toolCalls[0].input, { queue: "billing" });
    }
    for (const model of [openai.chat(name), openai.responses(name)]) {
      const shaped = await generateObject({ model, prompt: "shape it", schema: jsonSchema(schema), maxRetries: 0 });
      assert.deepEqual(shaped.object, { queue: "billing" });
    }
  }
  const vectors = await embed({ model: openai.embedding("chat/vectors"), value: "one", maxRetries: 0 });
  assert(vectors.embedding.length > 1);
}

await { openai: withOpenAi, anthropic: withAnthropic, vercel: withVercel }[client]();
console.log(`${client} is answered`);
