// What a unit of the network does along a text (POST /states).
import { $, announce, fraction, h, percent, visible } from "./dom.js";
import { post } from "./api.js";
import { textForm, TokenView } from "./tokens.js";

export class Units {
  #form = textForm($("units-form"), text => this.#read(text));
  #view = new TokenView($("units-tokens"), "The text, coloured by the unit", null);

  constructor(model) {
    const { layers, hidden_size: size } = model.architecture;
    $("unit-layer").max = layers - 1;
    $("unit-number").max = size - 1;
    $("unit-limits").textContent = `${layers} ${layers === 1 ? "layer" : "layers"} of ${size} units, counted from 0.`;
    const found = model.units?.found ?? [];
    $("unit-none").hidden = found.length > 0;
    $("unit-names").replaceChildren(...found.map((unit, i) => h("li", {}, h("label", { class: "check unit" },
      h("input", {
        type: "radio", name: "unit", value: i, checked: i === 0, onchange: () => this.#choose(unit) }),
      h("span", {}, h("b", {}, unit.meaning), h("span", { class: "quiet" },
        ` ${unit.layer}/${unit.unit}, AUC ${fraction(unit.auc, 3)}, ${percent(unit.share)} of tokens`))))));
    if (found.length > 0) this.#place(found[0]);
    for (const id of ["unit-layer", "unit-number"]) {
      $(id).addEventListener("change", () => {
        $("unit-names").querySelectorAll("input").forEach(input => (input.checked = false));
        this.#again();
      });
    }
  }

  enter(text) {
    if (this.#form.area.value === "") this.#form.set(text);
    this.#again();
  }

  #place({ layer, unit }) {
    $("unit-layer").value = layer;
    $("unit-number").value = unit;
  }

  #choose(unit) {
    this.#place(unit);
    this.#again();
  }

  #again() {
    if (this.#form.area.value !== "") this.#form.go();
  }

  async #read(text) {
    const wanted = { layer: Number($("unit-layer").value), unit: Number($("unit-number").value) };
    const answer = await post("states", { text, units: [wanted] });
    const [{ values }] = answer.units;
    const scale = Math.max(1, ...values.map(Math.abs)); // a ReLU network is not bounded
    this.#view.show(answer.tokens);
    this.#view.colour(i => values[i] / scale, i => `${visible(answer.tokens[i].text)}: ${fraction(values[i])}`);
    $("units-scale").hidden = false;
    announce(`Unit ${wanted.unit} of layer ${wanted.layer}: from ${fraction(Math.min(...values))} to ${
      fraction(Math.max(...values))}.`);
  }
}
