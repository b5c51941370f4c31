// The view in which a text is written: by the person, by the model, and by what the person takes of its alternatives.
import { $, announce, h, number, StreamAnnouncer } from "./dom.js";
import { ApiError, BrokenError } from "./api.js";
import { Branches } from "./branches.js";
import { Editor } from "./editor.js";
import { Generation } from "./generation.js";
import { Ghost } from "./ghost.js";
import { History } from "./history.js";
import { OddsPanel } from "./odds-panel.js";
import { difference } from "./receipt.js";
import { Settings } from "./settings.js";
import { Share } from "./share.js";

export class Write {
  #editor = new Editor();
  #ghost = new Ghost(this.#editor);
  #history = new History();
  #branches = new Branches(branch => this.#walk(branch));
  #odds = new OddsPanel(this.#editor, (token, other) => this.#take(token, other));
  #share = new Share();
  #running = null;
  #ready = Promise.resolve();
  #model = null;

  settings = new Settings();

  constructor() {
    const area = this.#editor.area;
    area.addEventListener("beforeinput", event => this.#beforeInput(event));
    area.addEventListener("input", () => this.#typed());
    area.addEventListener("keydown", event => this.#key(event));
    area.addEventListener("blur", () => this.#ghost.clear());
    document.addEventListener("keydown", event => {
      if (event.key === "Escape" && this.#running) this.stop();
    });
    $("continue").addEventListener("click", () => this.continue());
    $("stop").addEventListener("click", () => this.stop());
    $("again").addEventListener("click", () => this.#again());
    $("share").addEventListener("click", () => this.#share.open(this.#branches.current.receipt, this.#model));
    $("undo").addEventListener("click", () => this.#step("undo"));
    $("redo").addEventListener("click", () => this.#step("redo"));
    $("tint").addEventListener("change", () => (this.#editor.isTinted = $("tint").checked));
    $("suggest").addEventListener("change", () => (this.#ghost.isOn = $("suggest").checked));
  }

  get text() { return this.#editor.text; }

  /** Called with a token if the person asks why it came. */
  set onWhy(ask) { this.#odds.onWhy = ask; }

  /** The settings come after everything else: a text can be typed, and its continuation asked for, before. */
  use(model) {
    this.#model = model;
    this.#ready = this.settings.load(model);
  }

  /** Lets the model continue the text. */
  async continue() {
    await this.#ready;
    if (this.#running) return;
    await this.#generate({ prompt: this.text, settings: this.settings.values() }, this.#branches.current);
  }

  stop() { this.#running?.stop(); }

  /** Writes the text of a receipt again, or says why it would be another. */
  async redo(receipt) {
    await this.#ready;
    if (!receipt) {
      this.#offer("This receipt is damaged: the link is not complete.");
      return;
    }

    this.settings.use(receipt.settings);
    const go = () => this.#generate({ prompt: receipt.prompt, settings: receipt.settings }, this.#branches.root);
    const why = difference(receipt, this.#model);
    if (!why) go();
    else this.#offer(`${why} The text will not be the same.`, "Write one with this model", go);
  }

  /** Tells something that the person may want to act on. */
  #offer(text, label, act) {
    $("offer").hidden = !text;
    $("offer").replaceChildren(h("span", {}, text), ...(label ? [h("button", { type: "button", onclick: () => {
      this.#offer("");
      act();
    } }, label)] : []));
  }

  /** The same beginning once more, with another seed. */
  #again() {
    const { receipt, parent } = this.#branches.current;
    if (!receipt || this.#running) return;
    const { seed: _, ...settings } = this.settings.values();
    this.#generate({ prompt: receipt.prompt, settings }, parent);
  }

  /** Something else stands in place of a token, and the text continues from there. */
  #take(token, other) {
    if (this.#running) return;
    const from = this.#branches.current;
    this.#generate(
      { prompt: this.text.slice(0, token.start) + other.text, settings: this.settings.values() }, from,
      { took: `${token.text.trim() || "␣"} → ${other.text.trim() || "␣"} `, tokens: this.#tokensBefore(token, other) });
  }

  #tokensBefore(token, other) {
    const before = this.#editor.tokens.filter(each => each.end <= token.start);
    return [...before, { ...token, ...other, end: token.start + other.text.length }];
  }

  async #generate(receipt, parent, { took, tokens, known } = {}) {
    this.#offer("");
    this.#ghost.clear();
    this.#history.keep(this.#state());
    const kept = tokens ?? (this.text === receipt.prompt ? [...this.#editor.tokens] : []);
    if (this.text !== receipt.prompt) this.#editor.show(receipt.prompt, kept);
    const before = this.#branches.current;
    const branch = this.#branches.grow(parent, took);
    this.#problem(null);
    this.#isBusy(true);
    const announcer = new StreamAnnouncer();
    announce("Writing.");
    const running = this.#running = new Generation(receipt, this.#editor, text => announcer.add(text), known);
    try {
      const done = await running.run();
      this.#tell(running, done);
      announcer.flush(done.finish_reason === "stop" ? "Done, at a stop sequence." : "Done.");
    } catch (error) {
      announcer.flush();
      if (running.isStopped) announce("Stopped.");
      else if (error instanceof ApiError) this.#problem(error);
      else if (error instanceof BrokenError) this.#broken(error, running, branch);
      else throw error;
    } finally {
      this.#running = null;
      this.#isBusy(false);
      this.#settle(branch, running, before);
    }
  }

  /** What was written becomes the branch; a branch in which nothing was written goes. */
  #settle(branch, running, before) {
    if (running.text === "" && !branch.took) {
      this.#branches.drop(branch);
      this.#branches.select(before);
    } else {
      Object.assign(branch, {
        label: running.text || this.text, text: this.text, tokens: [...this.#editor.tokens], receipt: running.receipt });
      this.#branches.draw();
    }

    this.#buttons();
    this.#odds.follow();
    // A button that is no longer enabled has lost the focus; whoever is elsewhere stays there.
    if ([document.body, $("stop"), $("continue")].includes(document.activeElement)) {
      this.#editor.area.focus({ preventScroll: true });
    }
  }

  /** Offers the rest of a text whose stream broke: its receipt gives the same tokens up to there, and then more. */
  #broken(error, running, branch) {
    if (!running.receipt.settings.seed && running.text === "") {
      this.#problem(error);
      return;
    }

    const { prompt, settings } = running.receipt;
    this.#offer(`${error.message} ${number.format(running.tokens)} tokens had arrived.`, "Write it again from its receipt",
      () => this.#generate({ prompt, settings }, branch.parent, {
        took: branch.took, tokens: branch.tokens.filter(token => token.end <= prompt.length), known: running.text }));
  }

  #tell(running, done) {
    if (running.isAnother) this.#offer("The text is not the same as before the connection broke: is it another model?");
    const speed = done.timings.tokens_per_second;
    $("figures").textContent = `${number.format(done.usage.completion_tokens)} tokens`
      + (speed ? ` · ${number.format(speed)} tokens/s` : "") + ` · seed ${done.seed}`
      + (done.guard?.blocked ? ` · ${done.guard.blocked} copies refused` : "");
  }

  /** Errors as the API words them, each at the field it belongs to. */
  #problem(error) {
    const errors = error?.errors ?? [];
    const others = this.settings.show(errors);
    const text = error && (errors.length === 0 ? error.message : others.map(each => each.message).join(" "));
    $("text-problem").textContent = text || "";
    if (text) this.#editor.area.setAttribute("aria-invalid", "true");
    else this.#editor.area.removeAttribute("aria-invalid");
  }

  #beforeInput(event) {
    if (event.inputType === "historyUndo" || event.inputType === "historyRedo") {
      event.preventDefault();
      this.#step(event.inputType === "historyUndo" ? "undo" : "redo");
    } else {
      this.#history.keep(this.#state(), true);
    }
  }

  #typed() {
    this.#editor.typed();
    this.#problem(null);
    this.#buttons();
    this.#ghost.ask();
  }

  #key(event) {
    const isCommand = event.ctrlKey || event.metaKey;
    const name = event.key.toLowerCase();
    if (isCommand && event.key === "Enter") this.continue();
    else if (isCommand && name === "z") this.#step(event.shiftKey ? "redo" : "undo");
    else if (isCommand && name === "y") this.#step("redo");
    else if (event.key === "Tab" && this.#ghost.isShown) this.#insert(this.#ghost.take(event.shiftKey));
    // Also a suggestion that is still on its way, which Tab would take after it was left.
    else if (event.key === "Escape") this.#ghost.clear();
    else return;
    event.preventDefault();
  }

  #insert(text) {
    this.#history.keep(this.#state());
    this.#editor.append(text, []);
    announce(text);
    this.#typed();
  }

  #state() {
    return { text: this.text, tokens: [...this.#editor.tokens], branch: this.#branches.current };
  }

  #step(direction) {
    if (this.#running) return;
    const state = this.#history[direction](this.#state());
    if (!state) return;
    this.#editor.show(state.text, state.tokens);
    this.#branches.select(state.branch);
    this.#problem(null);
    this.#buttons();
    this.#odds.follow();
    announce(direction === "undo" ? "Undone." : "Done again.");
  }

  /** To another branch of the tree; false while one is being written. */
  #walk(branch) {
    if (this.#running) return false;
    this.#history.keep(this.#state());
    this.#editor.show(branch.text, [...branch.tokens]);
    this.#branches.select(branch);
    this.#buttons();
    announce(branch.label || "The beginning, an empty text.");
    return true;
  }

  #isBusy(value) {
    this.#editor.area.readOnly = value;
    this.#editor.area.setAttribute("aria-busy", value);
    $("stop").disabled = !value;
    $("continue").disabled = value;
    this.#buttons();
  }

  #buttons() {
    const isBusy = this.#running !== null;
    $("undo").disabled = isBusy || !this.#history.canUndo;
    $("redo").disabled = isBusy || !this.#history.canRedo;
    $("again").disabled = $("share").disabled = isBusy || !this.#branches.current.receipt?.settings.seed;
  }
}
