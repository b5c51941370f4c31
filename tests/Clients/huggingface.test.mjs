import assert from "node:assert/strict";
import { test } from "node:test";
import { InferenceClient } from "@huggingface/inference";
import { full, held, open } from "./service.mjs";

const at = (url) => new InferenceClient("none", { endpointUrl: url });
const parameters = { max_new_tokens: 3, do_sample: false };
const chat = { messages: [{ role: "user", content: "ab" }], max_tokens: 3, temperature: 0 };

test("a text, plain and streaming", async () => {
  const plain = await at(open).textGeneration({ inputs: "ab", parameters });
  assert.equal(plain.generated_text, "cde");
  let text = "";
  // The client asks for a completion and passes its chunks on.
  for await (const chunk of at(open).textGenerationStream({ inputs: "ab", parameters })) text += chunk.choices[0].text;
  assert.equal(text, "cde");
});

test("a chat, plain and streaming", async () => {
  const plain = await at(open).chatCompletion(chat);
  assert.equal(plain.choices[0].message.content, "cde");
  let text = "";
  for await (const chunk of at(open).chatCompletionStream(chat)) text += chunk.choices[0]?.delta?.content ?? "";
  assert.equal(text, "cde");
});

test("an error has its message", async () => {
  await assert.rejects(
    at(open).chatCompletion({ ...chat, temperature: 9 }),
    (error) => error.httpResponse.status === 400 && /temperature/.test(error.httpResponse.body.error.message));
});

test("leaving in the middle of a stream", async () => {
  const leave = new AbortController();
  await assert.rejects(async () => {
    const stream = at(held).chatCompletionStream({ ...chat, max_tokens: 1000 }, { signal: leave.signal });
    for await (const _ of stream) leave.abort();
  }, { name: "AbortError" });
});

test("a service that is full is asked once", async () => {
  let asked = 0;
  const counted = new InferenceClient("none", {
    endpointUrl: full,
    fetch: (...request) => (asked++, fetch(...request)),
  });
  await assert.rejects(counted.chatCompletion(chat), (error) => error.httpResponse.status === 429);
  assert.equal(asked, 1);
});
