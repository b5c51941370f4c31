// Every setting of POST /generate, as the service's own OpenAPI document describes them: names, limits, sentences. What
// is left alone is not sent, so that the service's and the model's defaults hold.
import { $, h } from "./dom.js";
import { apiDocument } from "./api.js";

// What the page itself fills in.
const own = ["prompt", "stream", "echo"];
const pageDefaults = { logprobs: 8 };

const presets = [
  { name: "As the model says", help: "The defaults of the service and its model.", values: {} },
  { name: "Careful", help: "Likely words only: fluent, and a little tame.", values: { temperature: 0.5, top_p: 0.95 } },
  { name: "Lively", help: "The model's own odds, without the least likely words.",
    values: { temperature: 1, min_p: 0.05 } },
  { name: "Even surprise", help: "Mirostat keeps the average surprise where it is set.",
    values: { temperature: 1, mirostat: 2, mirostat_tau: 4 } },
  { name: "Most probable", help: "Always the most probable token: the same text each time, and soon a loop.",
    values: { temperature: 0 } },
];

export class Settings {
  #fields = new Map(); // name of the member → { input, read }

  constructor() {
    $("preset").append(...presets.map(preset => h("option", {}, preset.name)), h("option", { hidden: true }, "My own"));
    $("preset").addEventListener("change", () => this.use(presets[$("preset").selectedIndex]?.values ?? {}));
    $("preset-help").textContent = presets[0].help;
  }

  /** Draws the fields. */
  async load(model) {
    const members = (await apiDocument()).components.schemas.GenerationRequest.properties;
    const given = this.values();
    this.#fields.clear();
    $("settings").replaceChildren(...Object.entries(members)
      .filter(([name]) => !own.includes(name))
      .flatMap(([name, schema]) => schema.properties
        ? Object.entries(schema.properties).map(([part, of]) => this.#field(`${name}.${part}`, of, schema))
        : [this.#field(name, schema, schema, defaultOf(name, schema, model))]));
    this.use(given);
    $("preset").disabled = false;
  }

  /** The members that are not left to the service. */
  values() {
    const values = { ...pageDefaults };
    for (const [name, { input, read }] of this.#fields) {
      if (input.value.trim() === "") continue;
      const [member, part] = name.split(".");
      if (part) values[member] = { ...values[member], [part]: read(input.value) };
      else values[member] = read(input.value);
    }

    return values;
  }

  use(values) {
    for (const [name, { input, write }] of this.#fields) {
      const [member, part] = name.split(".");
      const value = part ? values[member]?.[part] : values[member];
      input.value = value === undefined || value === pageDefaults[member] ? "" : write(value);
    }

    this.show([]);
    this.#name();
  }

  /** Shows each error at its field; returns those that belong to none. */
  show(errors) {
    for (const [name, { input, problem }] of this.#fields) {
      const here = errors.filter(error => fieldOf(error.field) === name);
      problem.textContent = here.map(error => error.message).join(" ");
      if (here.length > 0) input.setAttribute("aria-invalid", "true");
      else input.removeAttribute("aria-invalid");
    }

    const shown = errors.filter(error => this.#fields.has(fieldOf(error.field)));
    if (shown.length > 0) {
      $("more-settings").open = true;
      this.#fields.get(fieldOf(shown[0].field)).input.focus();
    }

    return errors.filter(error => !shown.includes(error));
  }

  #field(name, schema, whole, value = schema.default) {
    const id = `set-${name.replace(".", "-")}`;
    const { read, write, hint } = kindOf(schema);
    const input = schema.enum
      ? h("select", { id }, h("option", { value: "" }, `${value}`),
        schema.enum.filter(each => each !== null && each !== value).map(each => h("option", {}, `${each}`)))
      : h("input", {
        id, autocomplete: "off", inputmode: hint ? null : "decimal",
        placeholder: value === undefined || value === "" ? hint ?? "off" : `${value}`,
      });
    input.setAttribute("aria-describedby", `${id}-help ${id}-problem`);
    input.addEventListener("input", () => this.#name());
    const problem = h("span", { class: "wrong", id: `${id}-problem`, role: "alert" });
    this.#fields.set(name, { input, problem, read, write });
    const sentence = schema === whole || name.endsWith(Object.keys(whole.properties ?? {})[0])
      ? whole.description + (schema === whole ? "" : ` ${schema.description}`) : schema.description;
    return h("div", { class: "setting" },
      h("label", { for: id }, name), input,
      h("span", { class: "quiet help", id: `${id}-help` }, sentence, limits(schema)), problem);
  }

  /** Shows which preset the settings are. */
  #name() {
    const given = JSON.stringify(this.#sorted(this.values()));
    const at = presets.findIndex(preset => JSON.stringify(this.#sorted({ ...pageDefaults, ...preset.values })) === given);
    $("preset").selectedIndex = at < 0 ? presets.length : at;
    $("preset-help").textContent = presets[at]?.help ?? "Settings of your own.";
  }

  #sorted = values => Object.entries(values).sort(([a], [b]) => (a < b ? -1 : 1));
}

/** `stop[1]` and `logit_bias.17` belong to the fields `stop` and `logit_bias`. */
const fieldOf = name => name.replace(/\[\d+\]$/, "").replace(/^(logit_bias)\..*/, "$1");

function defaultOf(name, schema, model) {
  const { sampling = {}, stop, max_tokens } = model?.defaults ?? {};
  const own = { ...sampling, stop: stop?.length ? JSON.stringify(stop) : undefined, max_tokens, ...pageDefaults }[name];
  return own ?? (typeof schema.default === "object" ? undefined : schema.default);
}

function limits({ minimum, maximum, exclusiveMinimum, exclusiveMaximum }) {
  if (maximum === undefined || maximum >= 2 ** 31 - 1) return "";
  return ` (${exclusiveMinimum ? "above " : ""}${minimum} to ${exclusiveMaximum ? "below " : ""}${maximum})`;
}

// What is not a number is sent as it was typed, so that the service says what is wrong with it.
const numeric = text => (text.trim() !== "" && Number.isFinite(Number(text)) ? Number(text) : text);

function kindOf(schema) {
  if (schema.additionalProperties?.type) {
    return {
      hint: "17: -5, 4: 2",
      read: text => Object.fromEntries(text.split(",").filter(part => part.trim()).map(part => {
        const [id, bias = ""] = part.split(":");
        return [id.trim(), numeric(bias)];
      })),
      write: value => Object.entries(value).map(([id, bias]) => `${id}: ${bias}`).join(", "),
    };
  }

  if (!schema.type || schema.type === "array" || schema.oneOf) {
    // Several texts are written as JSON; a single one just as it is, with \n for a line break.
    return {
      hint: "The end, or [\"\\n\", \"The end\"]",
      read: text => (text.trim().startsWith("[") ? parsed(text) : [text.replaceAll("\\n", "\n")]),
      write: value => JSON.stringify([value].flat()),
    };
  }

  return { read: numeric, write: String };
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
