// The text: a textarea, and behind it a mirror of the same text that carries colours and the grey suggestion.
// The mirror's text is one text node, and colours are ranges (CSS Custom Highlight API), so that a stream of thousands
// of tokens adds no elements and both break their lines in the same places.
import { $, bits } from "./dom.js";

const levels = [1, 2, 4, 6, 9]; // bits of surprise at which the colour changes

export const level = logprob => levels.filter(least => bits(logprob) >= least).length;

export class Editor {
  #area = $("text");
  #node = new Text("");
  #ghost = document.createElement("span");
  #tints = levels.map((_, i) => this.#highlight(`surprise-${i + 1}`));
  #mark = this.#highlight("marked");
  #tinted = false;

  /** Tokens whose odds are known: { start, end, text, logprob, alternatives }, in order. */
  tokens = [];

  constructor() {
    const text = document.createElement("span");
    text.append(this.#node);
    this.#ghost.className = "ghost";
    $("mirror").append(text);
  }

  get area() { return this.#area; }
  get text() { return this.#area.value; }
  get caret() { return this.#area.selectionStart; }
  get ghost() { return this.#ghost.textContent; }

  get isCaretAtEnd() {
    const { selectionStart, selectionEnd, value } = this.#area;
    return selectionStart === selectionEnd && selectionEnd === value.length;
  }

  /** Replaces everything, the tokens too. */
  show(text, tokens = []) {
    this.#area.value = text;
    this.#node.data = text;
    this.tokens = tokens;
    this.suggest("");
    this.#paint();
  }

  /** Appends what a stream has brought since the last frame. */
  append(text, tokens) {
    const follows = this.#isAtBottom();
    this.#area.setRangeText(text, this.text.length, this.text.length, "end");
    this.#node.appendData(text);
    for (const token of tokens) this.tokens.push(token);
    if (this.#tinted) tokens.forEach(token => this.#tint(token));
    if (follows) $("editor").scrollTop = $("editor").scrollHeight;
  }

  /** What the person has typed: odds of tokens from the change on no longer hold. */
  typed() {
    const [before, after] = [this.#node.data, this.text];
    let same = 0;
    while (same < before.length && same < after.length && before[same] === after[same]) same++;
    this.#node.data = after;
    this.tokens = this.tokens.filter(token => token.end <= same);
    this.#paint();
  }

  suggest(word, rest = "") {
    this.#ghost.replaceChildren(word);
    if (!word) {
      this.#ghost.remove();
      return;
    }

    // Only while there is one: what follows a stream would move with it.
    $("mirror").append(this.#ghost);
    if (rest) {
      const more = document.createElement("span");
      more.className = "ghost-rest";
      more.append(rest);
      this.#ghost.append(more);
    }
  }

  tokenAt(offset) {
    let [low, high] = [0, this.tokens.length - 1];
    while (low <= high) {
      const middle = (low + high) >> 1, token = this.tokens[middle];
      if (offset < token.start) high = middle - 1;
      else if (offset >= token.end) low = middle + 1;
      else return token;
    }

    return null;
  }

  /** The token under a point of the window. */
  tokenUnder(x, y) {
    const place = document.caretPositionFromPoint?.(x, y);
    if (place?.offsetNode !== this.#area) return null;
    // The nearest gap between characters may be on either side of the point.
    return [place.offset, place.offset - 1].map(offset => this.tokenAt(offset))
      .find(token => token && this.boxes(token).some(
        box => x >= box.left && x < box.right && y >= box.top && y < box.bottom)) ?? null;
  }

  boxes(token) {
    const range = new Range();
    range.setStart(this.#node, token.start);
    range.setEnd(this.#node, token.end);
    return [...range.getClientRects()];
  }

  mark(token) {
    this.#mark.clear();
    if (token) this.#mark.add(this.#range(token));
  }

  set isTinted(value) {
    this.#tinted = value;
    this.#paint();
  }

  #paint() {
    this.#tints.forEach(tint => tint.clear());
    this.#mark.clear();
    if (this.#tinted) this.tokens.forEach(token => this.#tint(token));
  }

  #tint(token) {
    const strength = level(token.logprob ?? 0);
    if (strength > 0 && token.end > token.start) this.#tints[strength - 1].add(this.#range(token));
  }

  // Text is appended or replaced as a whole, so the ranges need not follow it.
  #range(token) {
    return new StaticRange({
      startContainer: this.#node, startOffset: token.start, endContainer: this.#node, endOffset: token.end });
  }

  #isAtBottom() {
    const box = $("editor");
    return box.scrollHeight - box.scrollTop - box.clientHeight < 40;
  }

  #highlight(name) {
    const highlight = new Highlight();
    CSS.highlights.set(name, highlight);
    return highlight;
  }
}
