// A receipt: all that is needed to write a text again, as a link. It is in the fragment of the address, which a browser
// does not send: the service never learns what is in it.

const prefix = "#receipt=";

/** @param text The prompt, the settings with the seed, and the model that wrote with them. */
export async function linkTo({ prompt, settings }, model) {
  const json = JSON.stringify({ v: 1, prompt, settings, model: identity(model) });
  const bytes = await through(new Blob([json]).stream(), new CompressionStream("deflate-raw"));
  const text = btoa(Array.from(bytes, byte => String.fromCharCode(byte)).join(""));
  return `${location.href.split("#")[0]}${prefix}${
    text.replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "")}`;
}

export const isReceipt = fragment => fragment.startsWith(prefix);

/** The receipt of a link; null if it is damaged. */
export async function receiptOf(fragment) {
  try {
    const text = atob(fragment.slice(prefix.length).replaceAll("-", "+").replaceAll("_", "/"));
    const bytes = Uint8Array.from(text, character => character.charCodeAt(0));
    const json = await through(new Blob([bytes]).stream(), new DecompressionStream("deflate-raw"));
    const receipt = JSON.parse(new TextDecoder().decode(json));
    const isWhole = receipt.v === 1 && typeof receipt.prompt === "string" && receipt.settings && receipt.model;
    return isWhole ? receipt : null;
  } catch {
    return null;
  }
}

/** Why this service would write another text; null if it writes the same. */
export function difference(receipt, model) {
  const [then, now] = [receipt.model, identity(model)];
  if (then.sha256 !== now.sha256) {
    return `This text was written by another model: ${then.name} (${then.sha256.slice(0, 12)}), and this service has ${
      now.name} (${now.sha256.slice(0, 12)}).`;
  }

  return then.engine === now.engine && then.precision === now.precision ? null
    : `This text was written by the same model in ${then.precision} (${then.engine}), and this service computes in ${
      now.precision} (${now.engine}).`;
}

const identity = ({ name, weights, inference }) =>
  ({ name, sha256: weights.sha256, engine: inference.engine, precision: inference.precision });

async function through(stream, transform) {
  return new Uint8Array(await new Response(stream.pipeThrough(transform)).arrayBuffer());
}
