// Small helpers for the document: elements, numbers, announcements.

export const $ = id => document.getElementById(id);

/** An element: h("button", { class: "primary", onclick: f }, "Text", child, …). */
export function h(tag, props = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : value);
  }

  element.append(...children.flat().filter(child => child !== null && child !== undefined && child !== false));
  return element;
}

export const svg = (tag, props = {}, ...children) => {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(props)) element.setAttribute(name, value);
  element.append(...children);
  return element;
};

export const number = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
export const fraction = (value, digits = 2) =>
  value === null || value === undefined ? "–" : value.toLocaleString("en", {
    minimumFractionDigits: digits, maximumFractionDigits: digits });

/** A probability as people read it: 42 %, 3.1 %, 0.02 %, below 0.01 %. */
export function percent(probability) {
  const value = probability * 100;
  if (value < 0.01) return "below 0.01 %";
  return `${value.toLocaleString("en", { maximumFractionDigits: value < 1 ? 2 : value < 10 ? 1 : 0 })} %`;
}

export const bits = logprob => -logprob / Math.LN2;

/** A token with its white space visible. */
export const visible = text =>
  text === "" ? "(part of a character)" : text.replace(/ /g, "␣").replace(/\n/g, "⏎").replace(/\t/g, "⇥");

/** Tells screen readers, politely. The same text again is a change too. */
export function announce(text) {
  const region = $("announcer");
  region.textContent = region.textContent === text ? `${text}\u00a0` : text;
}

/** Tells a stream in pieces, at most one every two seconds: more would never be read to its end. */
export class StreamAnnouncer {
  #text = "";
  #timer = 0;

  add(text) {
    this.#text += text;
    this.#timer ||= setTimeout(() => this.flush(), 2000);
  }

  flush(last = "") {
    clearTimeout(this.#timer);
    this.#timer = 0;
    const text = `${this.#text} ${last}`.trim();
    this.#text = "";
    if (text) announce(text);
  }
}

export function debounce(milliseconds, action) {
  let timer = 0;
  return (...args) => {
    clearTimeout(timer);
    timer = setTimeout(() => action(...args), milliseconds);
  };
}
