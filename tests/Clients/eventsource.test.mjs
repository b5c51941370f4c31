import assert from "node:assert/strict";
import { test } from "node:test";
import { createEventSource } from "eventsource-client";
import { full, held, model, open } from "./service.mjs";

const post = (url, body, more = {}) => createEventSource({
  url, method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body), ...more,
});

async function read(source, isLast) {
  const events = [];
  for await (const event of source) {
    events.push(event);
    if (isLast(event)) break;
  }
  source.close();
  return events;
}

test("the events of the service's own format", async () => {
  const events = await read(
    post(`${open}/generate`, { prompt: "ab", max_tokens: 3, temperature: 0, stream: true }),
    ({ event }) => event === "done");
  assert.deepEqual(events.map(({ event }) => event), ["start", "token", "token", "token", "done"]);
  assert.equal(JSON.parse(events.at(-1).data).text, "cde");
  assert.match(events[1].id, /:2$/);
});

test("the chunks of a completion", async () => {
  const events = await read(
    post(`${open}/v1/completions`, { model, prompt: "ab", max_tokens: 3, temperature: 0, stream: true }),
    ({ data }) => data === "[DONE]");
  const text = events.slice(0, -1).map(({ data }) => JSON.parse(data).choices[0].text).join("");
  assert.equal(text, "cde");
});

test("the events of a response have their types as names", async () => {
  const events = await read(
    post(`${open}/v1/responses`, { model, input: "ab", max_output_tokens: 3, temperature: 0, stream: true }),
    ({ event }) => event === "response.incomplete");
  assert.ok(events.every(({ event, data }) => JSON.parse(data).type === event));
});

for (const [name, url, status, body] of [
  ["an error is not retried as a stream", open, 422, { prompt: "ab", top_p: 2, stream: true }],
  ["a service that is full", full, 429, { prompt: "ab", stream: true }],
]) {
  test(name, async () => {
    const seen = await new Promise((resolve) => {
      const source = post(`${url}/generate`, body, {
        fetch: async (...request) => {
          const response = await fetch(...request);
          source.close();
          resolve(response.status);
          return response;
        },
      });
    });
    assert.equal(seen, status);
  });
}

test("leaving in the middle of a stream", async () => {
  const events = await read(
    post(`${held}/generate`, { prompt: "ab", max_tokens: 1000, temperature: 0, stream: true }),
    ({ event }) => event === "token");
  assert.equal(JSON.parse(events.at(-1).data).text, "c");
});
