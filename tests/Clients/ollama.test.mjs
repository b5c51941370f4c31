import assert from "node:assert/strict";
import { test } from "node:test";
import { Ollama } from "ollama";
import { full, held, model, open } from "./service.mjs";

const client = new Ollama({ host: open });
const options = { num_predict: 3, temperature: 0 };
const messages = [{ role: "user", content: "ab" }];

test("the model is listed and shown", async () => {
  const { models } = await client.list();
  assert.deepEqual(models.map((one) => one.name), [`${model}:latest`]);
  assert.equal((await client.show({ model: models[0].name })).details.format, "safetensors");
  assert.match((await client.version()).version, /^\d+\.\d+\.\d+$/);
});

test("a text, plain and streaming", async () => {
  const plain = await client.generate({ model, prompt: "ab", options });
  assert.equal(plain.response, "cde");
  assert.equal(plain.done_reason, "length");
  let text = "", last;
  for await (const line of await client.generate({ model, prompt: "ab", options, stream: true })) {
    text += line.response;
    last = line;
  }
  assert.equal(text, "cde");
  assert.equal(last.eval_count, 3);
});

test("a chat, plain and streaming", async () => {
  const plain = await client.chat({ model, messages, options });
  assert.equal(plain.message.content, "cde");
  let text = "";
  for await (const line of await client.chat({ model, messages, options, stream: true })) text += line.message.content;
  assert.equal(text, "cde");
});

test("errors have a message and a status", async () => {
  await assert.rejects(client.generate({ model: "llama3", prompt: "a" }), { status_code: 404 });
  await assert.rejects(
    client.generate({ model, prompt: "a", format: "json" }),
    (error) => error.status_code === 400 && /format/.test(error.message));
});

test("leaving in the middle of a stream", async () => {
  const away = new Ollama({ host: held });
  const stream = await away.generate({ model, prompt: "ab", options: { num_predict: 1000, temperature: 0 }, stream: true });
  await assert.rejects(async () => {
    for await (const _ of stream) stream.abort();
  }, { name: "AbortError" });
});

test("a service that is full", async () => {
  await assert.rejects(new Ollama({ host: full }).generate({ model, prompt: "a" }), { status_code: 429 });
});
