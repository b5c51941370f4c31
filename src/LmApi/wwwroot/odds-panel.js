// Where odds are shown: beside the text for the token at the caret, and at the pointer for the one under it.
import { $, h } from "./dom.js";
import { describe, oddsOf } from "./odds.js";

const pause = 120; // milliseconds that the pointer rests on a token before its card opens

export class OddsPanel {
  #editor;
  #onTake;
  #hovered = null;
  #timer = 0;

  /** Set by whoever can say why a token came. */
  onWhy = null;

  constructor(editor, onTake) {
    this.#editor = editor;
    this.#onTake = onTake;
    const { area } = editor;
    for (const name of ["keyup", "pointerup", "focus"]) area.addEventListener(name, () => this.follow());
    area.addEventListener("input", () => this.follow());
    area.addEventListener("pointermove", event => this.#over(event));
    area.addEventListener("pointerleave", event => {
      if (!$("hover-card").contains(event.relatedTarget)) this.#later(null);
    });
    $("hover-card").addEventListener("pointerleave", () => this.#later(null));
    $("hover-card").addEventListener("pointerenter", () => clearTimeout(this.#timer));
    $("editor").addEventListener("scroll", () => this.#open(null));
    document.addEventListener("keydown", event => {
      if (event.key === "Escape") this.#open(null);
    });
    this.follow();
  }

  /** Shows the token at the caret, or the one that ends there. */
  follow() {
    const { caret } = this.#editor;
    const token = this.#editor.tokenAt(caret) ?? this.#editor.tokenAt(caret - 1);
    $("odds").replaceChildren(...token
      ? this.#content(token)
      : [h("p", { class: "quiet help" }, this.#editor.tokens.length > 0
        ? "Put the caret on a word of the model, or point at it."
        : "Point at a word that the model has written: here is how probable it was, and what else might have come.")]);
  }

  #content(token) {
    return oddsOf(
      token,
      other => {
        this.#open(null);
        this.#onTake(token, other);
      },
      this.onWhy && (() => {
        this.#open(null);
        this.onWhy(token);
      }));
  }

  #over(event) {
    if (event.pointerType === "touch" || event.buttons > 0) return;
    const token = this.#editor.tokenUnder(event.clientX, event.clientY);
    if (token !== this.#hovered) this.#later(token);
    else clearTimeout(this.#timer);
  }

  #later(token) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#open(token), pause);
  }

  #open(token) {
    clearTimeout(this.#timer);
    if (token === this.#hovered) return;
    this.#hovered = token;
    this.#editor.mark(token);
    const card = $("hover-card");
    card.hidden = !token;
    if (!token) return;
    card.replaceChildren(...this.#content(token));
    card.setAttribute("aria-label", describe(token));
    const box = this.#editor.boxes(token).at(-1);
    const room = { x: innerWidth - card.offsetWidth - 8, y: innerHeight - card.offsetHeight - 8 };
    card.style.left = `${Math.max(8, Math.min(box.left, room.x))}px`;
    // Above the token where there is no room below it: the card never covers what it is about.
    card.style.top = `${box.bottom > room.y ? Math.max(8, box.top - card.offsetHeight) : box.bottom}px`;
  }
}
