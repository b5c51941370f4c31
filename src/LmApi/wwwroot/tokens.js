// A text whose tokens can be walked, coloured and chosen: with the pointer, or with the arrow keys.
import { h, visible } from "./dom.js";

let lists = 0;

export class TokenView {
  #list;
  #status;
  #items = [];
  #active = -1;
  #describe = () => "";
  #onChoose;
  #id = `tokens-${++lists}`;

  /** @param onChoose Called with the index of a token that is clicked, or at which Enter is pressed. */
  constructor(place, label, onChoose) {
    this.#onChoose = onChoose;
    this.#list = h("div", { role: "listbox", tabindex: 0, class: "tokens", dir: "auto", "aria-label": label });
    this.#status = h("p", { class: "quiet help token-status", "aria-live": "polite" });
    place.replaceChildren(this.#list, this.#status);
    this.#list.addEventListener("keydown", event => this.#key(event));
    this.#list.addEventListener("click", event => {
      const index = this.#items.indexOf(event.target.closest("[role=option]"));
      if (index >= 0) this.#choose(index);
    });
    this.#list.addEventListener("pointerover", event => {
      const index = this.#items.indexOf(event.target);
      if (index >= 0) this.#status.textContent = this.#describe(index);
    });
  }

  get element() { return this.#list; }

  /** @param tokens Each with its `text`. */
  show(tokens) {
    this.#items = tokens.map(({ text }, i) => h("span", {
      role: "option", id: `${this.#id}-${i}`, "aria-selected": "false",
      "aria-label": text.trim() === "" ? visible(text) : null }, text || "\u200b"));
    this.#list.replaceChildren(...this.#items);
    this.#list.removeAttribute("aria-activedescendant");
    this.#active = -1;
    this.#status.textContent = "";
  }

  /**
   * @param strength  From −1 (cool) to 1 (warm) for each token; null for none.
   * @param describe  What to say of a token.
   * @param marks     Class names for some tokens.
   */
  colour(strength, describe, marks = () => "") {
    this.#describe = describe;
    this.#items.forEach((item, i) => {
      const value = Math.max(-1, Math.min(1, strength(i) ?? 0));
      item.className = `${value < 0 ? "cool" : "warm"} ${marks(i)}`;
      item.style.setProperty("--share", Math.abs(value));
    });
  }

  select(index) {
    this.#items.forEach((item, i) => item.setAttribute("aria-selected", String(i === index)));
    this.activate(index);
  }

  activate(index) {
    this.#items[this.#active]?.classList.remove("active");
    this.#active = Math.max(0, Math.min(this.#items.length - 1, index));
    const item = this.#items[this.#active];
    if (!item) return;
    item.classList.add("active");
    this.#list.setAttribute("aria-activedescendant", item.id);
    item.scrollIntoView({ block: "nearest" });
    this.#status.textContent = this.#describe(this.#active);
  }

  #choose(index) {
    this.activate(index);
    this.#onChoose?.(index);
  }

  #key(event) {
    const at = this.#active;
    const isRtl = getComputedStyle(this.#list).direction === "rtl";
    const next = {
      ArrowRight: at + (isRtl ? -1 : 1), ArrowLeft: at + (isRtl ? 1 : -1), Home: 0, End: this.#items.length - 1,
      ArrowDown: this.#line(1), ArrowUp: this.#line(-1), PageDown: at + 50, PageUp: at - 50,
    }[event.key];
    if (event.key === "Enter" && at >= 0) this.#choose(at);
    else if (next !== undefined) this.activate(next);
    else return;
    event.preventDefault();
  }

  /** The token above or below the active one. */
  #line(direction) {
    const from = this.#items[this.#active]?.getBoundingClientRect();
    if (!from) return 0;
    let best = this.#active;
    for (let i = this.#active + direction; i >= 0 && i < this.#items.length; i += direction) {
      const box = this.#items[i].getBoundingClientRect();
      if ((box.top - from.top) * direction < from.height / 2) continue;
      if (best !== this.#active && Math.abs(box.left - from.left) > Math.abs(
        this.#items[best].getBoundingClientRect().left - from.left)) break;
      best = i;
    }

    return best;
  }
}

/** A form with one text: its view is filled by `run`, whose errors are shown as the API words them. */
export function textForm(form, run) {
  const area = form.querySelector("textarea"), problem = form.querySelector("[role=alert]");
  const button = form.querySelector("button.primary");
  const go = async () => {
    problem.textContent = "";
    area.removeAttribute("aria-invalid");
    button.disabled = true;
    try {
      await run(area.value);
    } catch (error) {
      problem.textContent = error.errors?.map(each => each.message).join(" ") || error.message;
      area.setAttribute("aria-invalid", "true");
    } finally {
      button.disabled = false;
    }
  };
  form.addEventListener("submit", event => {
    event.preventDefault();
    go();
  });
  area.addEventListener("keydown", event => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) go();
  });
  return { area, go, set(text) { area.value = text; } };
}
