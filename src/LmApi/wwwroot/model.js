// The model: sizes, evidence, curves, audit, what the service does with it just now, and its card.
import { $, fraction, h, number } from "./dom.js";
import { ApiError, getJson, getText } from "./api.js";
import { lines } from "./chart.js";
import { markdown } from "./markdown.js";

const pause = 2000; // milliseconds between two looks at the load

export class Model {
  #timer = 0;
  #last = null;

  constructor(model) {
    this.#sizes(model);
    this.#evidence(model.inference.evidence);
    $("model-card").replaceChildren(...markdown(model.card ?? "This model has no card."));
    getJson("model/training").then(training => this.#curves(training));
    if (model.audited) getJson("model/audit").then(audit => this.#audit(audit));
  }

  enter() {
    this.#watch();
  }

  leave() {
    clearTimeout(this.#timer);
    this.#last = null;
  }

  #sizes({ name, architecture: a, parameters, state_bytes, tokenizer, weights, inference }) {
    facts($("model-sizes"), [
      ["Model", name],
      ["Network", `${a.cell.replace("_", " ").toUpperCase()}, ${a.layers} × ${a.hidden_size}, embedding ${
        a.embedding_size}${a.tie_weights ? ", tied" : ""}`],
      ["Parameters", number.format(parameters)],
      ["State of a text", `${number.format(state_bytes)} bytes, whatever its length`],
      ["Tokenizer", `${tokenizer.kind}, ${number.format(tokenizer.vocabulary_size)} tokens`],
      ["Weights", `${number.format(weights.bytes)} bytes, SHA-256 ${weights.sha256}`],
      ["Served", `${inference.engine}, ${inference.precision}, ${inference.threads} threads, ${
        inference.batch_size} texts at once`],
    ]);
  }

  #evidence(evidence) {
    $("model-evidence").hidden = !evidence;
    if (!evidence) return;
    $("evidence-text").textContent = `${number.format(evidence.tokens)} tokens of ${evidence.text}, which it was not `
      + `trained on; ${evidence.protocol}${evidence.window ? ` windows of ${evidence.window}` : ""}.`;
    $("evidence").replaceChildren(...evidence.losses.map(loss => h("tr", {},
      h("th", { scope: "row" }, loss.precision),
      h("td", { class: "num" }, fraction(loss.nats_per_token, 5)),
      h("td", { class: "num" }, number.format(loss.bytes_per_token)))));
  }

  #curves({ points }) {
    const series = (name, member) => ({
      name, points: points.filter(point => Number.isFinite(point[member])).map(point => [point.step, point[member]]) });
    $("model-curves").hidden = points.length === 0;
    if (points.length === 0) return;
    $("curves").replaceChildren(lines({
      label: "Loss during training", x: "steps", y: "nats a token",
      series: [series("training", "loss"), series("validation", "validation_loss")].filter(s => s.points.length > 0),
    }));
  }

  #audit(audit) {
    $("audit").replaceChildren(...sections(audit));
    $("model-audit").hidden = false;
  }

  /** Tokens a second and the queue, from the service's own metrics. */
  async #watch() {
    clearTimeout(this.#timer);
    try {
      const now = metrics(await getText("metrics"));
      now.at = performance.now();
      const speed = this.#last && (now.tokens - this.#last.tokens) / (now.at - this.#last.at) * 1000;
      facts($("load"), [
        ["Tokens a second, read and written", speed === null ? "…" : number.format(speed)],
        ["Tokens so far", number.format(now.tokens)],
        ["Texts being written", number.format(now.active)],
        ["Waiting", number.format(now.waiting)],
      ]);
      this.#last = now;
      $("model-load").hidden = false;
      this.#timer = setTimeout(() => this.#watch(), pause);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      $("model-load").hidden = true; // Telemetry:Prometheus is off
    }
  }
}

const facts = (place, rows) =>
  place.replaceChildren(...rows.map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, value))));

function metrics(text) {
  const sum = name => text.split("\n")
    .filter(line => line.startsWith(name) && "{ ".includes(line[name.length]))
    .reduce((total, line) => total + Number(line.slice(line.lastIndexOf("}") + 1).trim().split(" ")[0]), 0);
  return {
    tokens: sum("lmservice_step_tokens_sum"),
    active: sum("lmservice_generations_active"), waiting: sum("lmservice_generations_waiting") };
}

/** What an audit measured: a table a section. */
function sections(audit) {
  return audit.sections.flatMap(({ title, protocol, figures, notes }) => [
    h("h3", {}, title),
    h("div", { class: "quiet help" }, markdown(protocol)),
    h("table", {},
      h("thead", {}, h("tr", {},
        ["Figure", "Value", "95 % interval", "Verdict"].map(name => h("th", { scope: "col" }, name)))),
      h("tbody", {}, figures.map(figure => h("tr", {},
        h("th", { scope: "row", title: `Good: ${figure.good}. Bad: ${figure.bad}.` }, figure.meaning),
        h("td", { class: "num" },
          figure.value === undefined ? figure.not_applicable : `${fraction(figure.value, 3)} ${figure.unit}`),
        h("td", { class: "num" },
          figure.low === undefined ? "" : `${fraction(figure.low, 3)} to ${fraction(figure.high, 3)}`),
        h("td", {}, figure.verdict.replaceAll("_", " ")))))),
    h("div", { class: "quiet help" }, notes.flatMap(note => markdown(note)))]);
}
