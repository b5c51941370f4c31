// The service's API. All addresses are relative to this file's, so the page works below any path.

const base = new URL("..", import.meta.url);
const silence = 25_000; // the service sends something every 10 s (Generation:KeepAliveSeconds)

let key = sessionStorage.getItem("lm-key") ?? "";

/** A refusal in the words of the service: the problem of the answer (RFC 9457). */
export class ApiError extends Error {
  constructor(problem) {
    super(problem.detail ?? problem.message ?? problem.title ?? "The request failed.");
    this.problem = problem;
    this.code = problem.code;
    this.errors = problem.errors ?? [];
  }
}

/** The connection ended before the answer did. */
export class BrokenError extends Error {}

export const address = path => new URL(path, base).href;
export const hasKey = () => key !== "";

export function useKey(value) {
  key = value;
  sessionStorage.setItem("lm-key", value);
}

export const getJson = async path => (await ask(path, {})).json();

/** The OpenAPI document, which says what this service has. */
export const apiDocument = () => (document ??= getJson("swagger/v1/swagger.json"));
let document = null;

export const getText = async path => (await ask(path, {})).text();

export const post = async (path, body, signal) =>
  (await ask(path, { method: "POST", body: JSON.stringify(body), signal })).json();

async function ask(path, options) {
  const headers = key ? { Authorization: `Bearer ${key}` } : {};
  if (options.body) headers["Content-Type"] = "application/json";
  let response;
  try {
    response = await fetch(address(path), { ...options, headers: { ...headers, ...options.headers } });
  } catch (error) {
    if (options.signal?.aborted) throw error;
    throw new BrokenError("The service cannot be reached.", { cause: error });
  }

  if (response.ok) return response;
  const problem = await response.json().catch(() => ({ title: `The service answered ${response.status}.` }));
  if (response.status === 401) dispatchEvent(new CustomEvent("lm-key-needed", { detail: problem.detail }));
  throw new ApiError(problem);
}

/**
 * Streams a generation; `onEvent(name, data)` gets each event as soon as it has arrived.
 * Ends after `done`; throws BrokenError if the stream ends, or falls silent, before.
 */
export async function stream(body, onEvent, signal) {
  const lost = new AbortController();
  const response = await ask("generate", {
    method: "POST", body: JSON.stringify({ ...body, stream: true }), headers: { Accept: "text/event-stream" },
    signal: AbortSignal.any([signal, lost.signal]),
  });
  const offline = () => lost.abort();
  addEventListener("offline", offline);
  let watch = 0;
  try {
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = "";
    for (;;) {
      clearTimeout(watch);
      watch = setTimeout(() => lost.abort(), silence);
      const { value, done } = await reader.read();
      if (done) break;
      const blocks = (rest + value).split("\n\n");
      rest = blocks.pop();
      for (const block of blocks) {
        if (take(block, onEvent)) return;
      }
    }
  } catch (error) {
    if (signal.aborted || error instanceof ApiError) throw error;
    throw new BrokenError("The connection was lost.", { cause: error });
  } finally {
    clearTimeout(watch);
    removeEventListener("offline", offline);
  }

  throw new BrokenError("The connection ended before the text did.");
}

/** Whether the event was the last one. */
function take(block, onEvent) {
  let name = "", data = "";
  for (const line of block.split("\n")) {
    if (line.startsWith("event: ")) name = line.slice(7);
    else if (line.startsWith("data: ")) data = line.slice(6);
  }

  if (!name) return false; // a comment
  const value = JSON.parse(data);
  if (name === "error") throw new ApiError(value);
  onEvent(name, value);
  return name === "done";
}
