import assert from "node:assert/strict";
import { test } from "node:test";
import OpenAI from "openai";
import { full, held, model, open } from "./service.mjs";

const client = new OpenAI({ baseURL: `${open}/v1`, apiKey: "none" });
const chat = [{ role: "user", content: "ab" }];

test("the models are listed and retrieved", async () => {
  const names = [];
  for await (const one of client.models.list()) names.push(one.id);
  assert.deepEqual(names, [model]);
  assert.equal((await client.models.retrieve(model)).object, "model");
});

test("a completion, plain and streaming", async () => {
  const plain = await client.completions.create({ model, prompt: "ab", max_tokens: 3, temperature: 0, logprobs: 2 });
  assert.equal(plain.choices[0].text, "cde");
  assert.deepEqual(plain.choices[0].logprobs.tokens, ["c", "d", "e"]);
  assert.equal(plain.usage.total_tokens, 5);
  const stream = await client.completions.create({
    model, prompt: "ab", max_tokens: 3, temperature: 0, stream: true, stream_options: { include_usage: true },
  });
  let text = "", usage;
  for await (const chunk of stream) {
    text += chunk.choices[0]?.text ?? "";
    usage = chunk.usage ?? usage;
  }
  assert.equal(text, "cde");
  assert.equal(usage.completion_tokens, 3);
});

test("several prompts and choices, and token ids", async () => {
  const answer = await client.completions.create({ model, prompt: ["ab", "xy"], n: 2, max_tokens: 1, temperature: 0 });
  assert.deepEqual(answer.choices.map((choice) => choice.text), ["c", "c", "z", "z"]);
  const ids = await client.completions.create({ model, prompt: [97, 98], max_tokens: 1, temperature: 0, echo: true });
  assert.equal(ids.choices[0].text, "abc");
});

test("a chat, plain and streaming", async () => {
  const plain = await client.chat.completions.create({ model, messages: chat, max_completion_tokens: 3, temperature: 0 });
  assert.equal(plain.choices[0].message.content, "cde");
  const stream = client.chat.completions.stream({ model, messages: chat, max_tokens: 3, temperature: 0 });
  assert.equal(await stream.finalContent(), "cde");
});

test("a response, plain and streaming", async () => {
  const request = { model, input: "ab", max_output_tokens: 3, temperature: 0 };
  const plain = await client.responses.create(request);
  assert.equal(plain.output_text, "cde");
  assert.equal(plain.incomplete_details.reason, "max_output_tokens");
  let text = "", last;
  for await (const event of await client.responses.create({ ...request, stream: true })) {
    if (event.type === "response.output_text.delta") text += event.delta;
    last = event;
  }
  assert.equal(text, "cde");
  assert.equal(last.type, "response.incomplete");
  assert.equal(last.response.usage.output_tokens, 3);
});

test("errors are those of OpenAI", async () => {
  await assert.rejects(
    client.completions.create({ model: "gpt-4", prompt: "a" }),
    (error) => error instanceof OpenAI.NotFoundError && error.code === "model_not_found");
  await assert.rejects(
    client.chat.completions.create({ model, messages: chat, tools: [{ type: "function", function: { name: "f" } }] }),
    (error) => error instanceof OpenAI.BadRequestError && error.param === "tools");
  await assert.rejects(
    client.embeddings.create({ model, input: "a" }),
    (error) => error instanceof OpenAI.BadRequestError && /no embeddings/.test(error.message));
});

test("leaving in the middle of a stream", async () => {
  const away = new OpenAI({ baseURL: `${held}/v1`, apiKey: "none" });
  const stream = await away.completions.create({ model, prompt: "ab", max_tokens: 1000, temperature: 0, stream: true });
  for await (const chunk of stream) {
    assert.equal(chunk.choices[0].text, "c");
    break; // The client then aborts the request.
  }
});

test("a service that is full", async () => {
  const busy = new OpenAI({ baseURL: `${full}/v1`, apiKey: "none", maxRetries: 0 });
  await assert.rejects(
    busy.completions.create({ model, prompt: "a" }),
    (error) => error instanceof OpenAI.RateLimitError && error.headers.get("retry-after") === "2");
});
