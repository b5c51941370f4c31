// A text as the model reads it: how much each of its tokens surprises.
import { $, announce, bits, fraction, h, number, percent, visible } from "./dom.js";
import { post } from "./api.js";
import { textForm, TokenView } from "./tokens.js";

const full = 12; // bits of surprise at which the colour is full

export class Read {
  #form;
  #view = new TokenView($("read-tokens"), "The text, token by token", null);
  #model;

  constructor(model) {
    this.#model = model;
    this.#form = textForm($("read-form"), text => this.#read(text));
    const area = this.#form.area;
    area.addEventListener("dragover", event => event.preventDefault());
    area.addEventListener("drop", event => this.#dropped(event));
    $("read-file").addEventListener("change", event => this.#open(event.target.files[0]));
  }

  /** Takes over what was written, unless there is a text already. */
  enter(text) {
    if (this.#form.area.value === "") this.#form.set(text);
  }

  async #dropped(event) {
    const [file] = event.dataTransfer.files;
    if (!file) return;
    event.preventDefault();
    await this.#open(file);
  }

  async #open(file) {
    if (!file) return;
    this.#form.set(await file.text());
    await this.#form.go();
  }

  async #read(text) {
    const copied = this.#model.guard ? true : undefined;
    const score = (await post("score", { text, lines: true, copied })).scores[0];
    $("read-result").hidden = false;
    this.#figures(score);
    const runs = score.copied ?? [];
    const isCopied = i => runs.some(run => i >= run.start && i < run.start + run.tokens);
    this.#view.show(score.tokens);
    this.#view.colour(
      i => (score.tokens[i].logprob === null ? 0 : bits(score.tokens[i].logprob) / full),
      i => this.#describe(score.tokens[i]) + (isCopied(i) ? ", in a run that the training text has too" : ""),
      i => (isCopied(i) ? "copied" : ""));
    this.#lines(score);
    announce(`Read: perplexity ${fraction(score.perplexity, 1)}, ${number.format(score.scored_tokens)} tokens.`);
  }

  #describe({ text, logprob }) {
    return logprob === null ? `${visible(text)}: the first token, which nothing predicts`
      : `${visible(text)}: ${percent(Math.exp(logprob))}, ${fraction(bits(logprob), 1)} bits`;
  }

  #figures(score) {
    const copied = (score.copied ?? []).reduce((sum, run) => sum + run.tokens, 0);
    const rows = [
      ["Perplexity", fraction(score.perplexity, 1)],
      ["Bits a character", fraction(score.bits_per_character)],
      ["Bits a byte", fraction(score.bits_per_byte)],
      ["Tokens", number.format(score.tokens.length)],
    ];
    if (score.copied) {
      rows.push(["Looks copied", copied === 0 ? `no run of ${this.#model.guard.verbatim} tokens`
        : `${number.format(copied)} tokens, underlined`]);
    }

    $("read-figures").replaceChildren(...rows.map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, value))));
  }

  /** The lines, the most surprising first; each leads to its place in the text. */
  #lines(score) {
    let [index, line] = [0, 1];
    const first = new Map();
    for (const { text } of score.tokens) {
      if (!first.has(line)) first.set(line, index);
      line += text.split("\n").length - 1;
      index++;
    }

    const sorted = score.lines.filter(each => each.scored_tokens > 0)
      .sort((a, b) => b.bits_per_character - a.bits_per_character);
    $("read-lines").replaceChildren(...sorted.map(each => h("tr", {},
      h("td", { class: "num" }, each.line),
      h("td", { class: "num" }, fraction(each.bits_per_character)),
      h("td", { class: "num" }, fraction(each.peak_bits, 1)),
      h("td", {}, h("button", { type: "button", class: "link line", onclick: () => {
        this.#view.element.focus();
        this.#view.activate(first.get(each.line) ?? 0);
      } }, h("bdi", {}, each.text || "(an empty line)"))))));
  }
}
