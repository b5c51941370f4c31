// Why a token came: what the tokens before it contributed (POST /explain).
import { $, announce, fraction, h, percent, visible } from "./dom.js";
import { post } from "./api.js";
import { lines } from "./chart.js";
import { textForm, TokenView } from "./tokens.js";

const others = 8;

export class Why {
  #form = textForm($("why-form"), text => this.#tokenize(text));
  #view = new TokenView($("why-tokens"), "The text: choose the token to explain", index => this.#explain(index));
  #tokens = [];
  #target = -1;
  #answer = null;
  #request = null;

  constructor() {
    $("why-method").addEventListener("change", () => this.#paint());
    $("why-against").addEventListener("change", () => this.#explain(this.#target, $("why-against").value));
  }

  enter(text) {
    if (this.#form.area.value === "") this.#form.set(text);
  }

  /** Explains the token at an offset of a text. */
  async explainAt(text, offset) {
    this.#form.set(text);
    await this.#form.go();
    let end = 0;
    const index = this.#tokens.findIndex(token => (end += token.text.length) > offset);
    if (index > 0) {
      this.#view.element.focus();
      await this.#explain(index);
    }
  }

  async #tokenize(text) {
    const answer = await post("generate", {
      prompt: text, max_tokens: 0, echo: true, logprobs: others, stream: false });
    this.#tokens = answer.tokens ?? [];
    this.#answer = null;
    this.#target = -1;
    $("why-result").hidden = true;
    $("why-hint").hidden = false;
    this.#view.show(this.#tokens);
    this.#view.colour(() => 0, i => this.#label(i));
    announce(`${this.#tokens.length} tokens: choose one with the arrow keys and Enter.`);
  }

  #label(i) {
    const { text, logprob } = this.#tokens[i];
    return visible(text) + (logprob === null ? "" : `: ${percent(Math.exp(logprob))}`);
  }

  async #explain(index, against = "") {
    if (index <= 0) {
      $("why-problem").textContent = index === 0 ? "Nothing comes before the first token: choose a later one." : "";
      return;
    }

    this.#request?.abort();
    const request = this.#request = new AbortController();
    this.#view.select(index);
    $("why-problem").textContent = "";
    const token = this.#tokens[index];
    if (index !== this.#target) this.#choices(token);
    this.#target = index;
    const body = {
      prompt: this.#tokens.slice(0, index).map(each => each.text).join(""), target: token.text,
      methods: ["erasure", "erasure_expected", "reach", "gradient_input"] };
    if (against) body.against = against;
    try {
      this.#answer = await post("explain", body, request.signal);
    } catch (error) {
      if (request.signal.aborted) return;
      $("why-problem").textContent = error.errors?.map(each => each.message).join(" ") || error.message;
      return;
    }

    $("why-result").hidden = false;
    $("why-hint").hidden = true;
    this.#paint();
    this.#reach();
    announce($("why-summary").textContent);
  }

  #choices(token) {
    $("why-against").replaceChildren(h("option", { value: "" }, "everything else"),
      ...(token.alternatives ?? []).filter(each => each.id !== token.id && each.text && !each.text.includes("\ufffd"))
        .map(each => h("option", { value: each.text }, `${visible(each.text)} (${percent(Math.exp(each.logprob))})`)));
  }

  #values(method) {
    return this.#answer.attributions.find(each => each.method === method)?.values ?? [];
  }

  /** Colours the prompt by what each token contributed. */
  #paint() {
    if (!this.#answer) return;
    const method = $("why-method").value;
    const { target, against } = this.#answer;
    const values = this.#values(method);
    const scale = Math.max(1e-9, ...values.map(Math.abs));
    this.#view.colour(
      i => (i < values.length ? values[i] / scale : 0),
      i => (i < values.length ? `${visible(this.#tokens[i].text)}: ${values[i] >= 0 ? "+" : "−"}${
        fraction(Math.abs(values[i]))} nats` : this.#label(i)),
      i => (i === this.#target ? "target" : ""));
    const best = values.map((value, i) => ({ value, i })).sort((a, b) => b.value - a.value).slice(0, 3)
      .filter(each => each.value > 0).map(each => visible(this.#tokens[each.i].text));
    $("why-summary").textContent = `${visible(target)}${against ? ` rather than ${visible(against)}` : ""}: `
      + (best.length > 0 ? `most of it comes from ${best.join(", ")}.` : "nothing before it speaks for it.");
    $("why-question").textContent = this.#answer.attributions.find(each => each.method === method)?.question ?? "";
  }

  #reach() {
    const values = this.#values("reach"), n = values.length; // values[k − 1] with the last k tokens
    let far = n;
    while (far > 1 && Math.abs(values[far - 2] - values[n - 1]) <= 0.1) far--;
    $("why-reach").replaceChildren(lines({
      label: "Log probability of the token if the model has read only the last k tokens",
      x: "k, tokens read", y: "nats",
      series: [{ name: "ln p", points: values.map((value, i) => [i + 1, value]) }],
    }));
    $("why-far").textContent = `With the last ${far} of ${n} tokens, the odds are within a tenth of those with all.`;
  }
}
