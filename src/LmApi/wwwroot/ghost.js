// The grey suggestion while typing: the most probable word, and after it the rest of the most probable line.
import { announce, debounce } from "./dom.js";
import { post } from "./api.js";

export class Ghost {
  #editor;
  #word = "";
  #rest = "";
  #request = null;
  #tell = debounce(900, () => {
    if (this.#word) announce(`Suggestion: ${this.#word}${this.#rest}. Tab takes the word, Escape leaves it.`);
  });

  isOn = true;

  constructor(editor) { this.#editor = editor; }

  get isShown() { return this.#word !== ""; }

  clear() {
    this.#request?.abort();
    [this.#word, this.#rest] = ["", ""];
    this.#editor.suggest("");
  }

  /** What Tab takes: the word; what Shift+Tab takes: all. What is left stays, and is asked for again. */
  take(all) {
    const taken = all ? this.#word + this.#rest : this.#word;
    this.clear();
    return taken;
  }

  /** After each keystroke. The request before it is abandoned. */
  async ask() {
    this.clear();
    const editor = this.#editor, text = editor.text;
    if (!this.isOn || text.trim() === "" || !editor.isCaretAtEnd) return;
    const request = this.#request = new AbortController();
    const isStale = () => request.signal.aborted || editor.text !== text || !editor.isCaretAtEnd;
    try {
      const word = await this.#best({ text, count: 1 }, request.signal);
      if (!word || isStale()) return;
      this.#word = word;
      editor.suggest(word);
      this.#tell();
      const rest = await this.#best({ text: text + word, count: 1, until: "line" }, request.signal);
      if (!rest || isStale()) return;
      this.#rest = rest;
      editor.suggest(word, rest);
    } catch {
      // A suggestion that cannot be had is none: the text itself is not affected, and Continue tells what is wrong.
    }
  }

  async #best(body, signal) {
    return (await post("complete", body, signal)).completions[0]?.insert ?? "";
  }
}
