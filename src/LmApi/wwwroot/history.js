// Undo and redo over whole states of the text, which share their strings and tokens. What is typed without a pause of
// a second is one step.
const pause = 1000;

export class History {
  #past = [];
  #future = [];
  #typedAt = -Infinity;

  get canUndo() { return this.#past.length > 0; }
  get canRedo() { return this.#future.length > 0; }

  /** Keeps the state that is about to change. */
  keep(state, isTyping = false) {
    const now = performance.now();
    if (!isTyping || now - this.#typedAt > pause || !this.canUndo) this.#past.push(state);
    this.#typedAt = isTyping ? now : -Infinity;
    this.#future = [];
  }

  undo(state) { return this.#move(this.#past, this.#future, state); }
  redo(state) { return this.#move(this.#future, this.#past, state); }

  #move(from, to, state) {
    this.#typedAt = -Infinity;
    if (from.length > 0) to.push(state);
    return from.pop();
  }
}
