import assert from "node:assert/strict";
import { test } from "node:test";
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { APICallError, generateText, streamText } from "ai";
import { full, held, model, open } from "./service.mjs";

const at = (url) => createOpenAICompatible({ name: "lmservice", baseURL: `${url}/v1`, includeUsage: true });
const settings = { prompt: "ab", maxOutputTokens: 3, temperature: 0, maxRetries: 0 };

for (const [name, of] of [["a chat", (url) => at(url)(model)], ["a completion", (url) => at(url).completionModel(model)]]) {
  test(`${name}, plain and streaming`, async () => {
    // The completion model writes a chat as text with roles, so only the length of its texts is known.
    const plain = await generateText({ ...settings, model: of(open) });
    assert.equal(plain.text.length, 3);
    assert.equal(plain.finishReason, "length");
    const stream = streamText({ ...settings, model: of(open) });
    assert.equal(await stream.text, plain.text);
    assert.equal((await stream.usage).outputTokens, 3);
  });
}

test("an error has its message and is not retried", async () => {
  await assert.rejects(
    generateText({ ...settings, model: at(open)("gpt-4"), maxRetries: 2 }),
    (error) => APICallError.isInstance(error) && error.statusCode === 404 && !error.isRetryable);
});

test("leaving in the middle of a stream", async () => {
  const leave = new AbortController();
  const stream = streamText({
    ...settings, model: at(held)(model), maxOutputTokens: 1000, abortSignal: leave.signal, onError() {},
  });
  let parts = 0;
  for await (const part of stream.fullStream) {
    if (part.type === "text-delta" && parts++ === 0) leave.abort();
  }
  assert.ok(parts > 0);
});

test("a service that is full can be asked again", async () => {
  await assert.rejects(
    generateText({ ...settings, model: at(full)(model) }),
    (error) => APICallError.isInstance(error) && error.statusCode === 429 && error.isRetryable);
});
