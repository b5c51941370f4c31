// One text being written: the stream, and its way into the editor.
import { stream } from "./api.js";

export class Generation {
  #editor;
  #onText;
  #abort = new AbortController();
  #unshown = { text: "", tokens: [] };
  #frame = 0;

  #known;

  /** Whether the text is not the one that is known. */
  isAnother = false;
  text = "";
  tokens = 0;
  isStopped = false;

  /**
   * @param receipt  What is needed to write it: { prompt, settings }; the seed is added once it is known.
   * @param onText   Called with each piece that is shown.
   * @param known    The beginning of the text, if it was written before.
   */
  constructor(receipt, editor, onText, known = "") {
    this.#known = known;
    this.receipt = receipt;
    this.#editor = editor;
    this.#onText = onText;
  }

  /** Ends with the data of `done`; throws if it is stopped, refused or cut off. What had arrived is shown. */
  async run() {
    const { prompt, settings } = this.receipt;
    let done = null;
    try {
      await stream({ prompt, ...settings }, (name, data) => {
        if (name === "start") this.receipt = { prompt, settings: { ...settings, seed: data.seed } };
        else if (name === "token") this.#take(data);
        else if (name === "done") done = data;
      }, this.#abort.signal);
    } finally {
      cancelAnimationFrame(this.#frame);
      this.#show();
    }

    return done;
  }

  stop() {
    this.isStopped = true;
    this.#abort.abort();
  }

  #take({ id, text, logprob, alternatives }) {
    const start = this.receipt.prompt.length + this.text.length;
    this.text += text;
    this.tokens++;
    this.#unshown.text += text;
    this.#unshown.tokens.push({ id, text, logprob, alternatives, start, end: start + text.length });
    // All that arrives within a frame is shown at once: the document changes at most 60 times a second.
    this.#frame ||= requestAnimationFrame(() => this.#show());
  }

  #show() {
    this.#frame = 0;
    const { text, tokens } = this.#unshown;
    if (tokens.length === 0) return;
    this.#unshown = { text: "", tokens: [] };
    this.#editor.append(text, tokens);
    const from = this.text.length - text.length;
    this.isAnother ||= !this.text.startsWith(this.#known.slice(0, this.text.length));
    // What was read aloud before is not read again.
    if (this.text.length > this.#known.length) this.#onText(text.slice(Math.max(0, this.#known.length - from)));
  }
}
