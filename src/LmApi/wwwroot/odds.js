// The odds of a token, and what else might have stood there.
import { bits, fraction, h, percent, visible } from "./dom.js";

const surprise = logprob => `${fraction(bits(logprob), 1)} bits of surprise`;

export const describe = token => token.logprob === null
  ? `${visible(token.text)}: nothing predicts it`
  : `${visible(token.text)}: ${percent(Math.exp(token.logprob))}, ${surprise(token.logprob)}`;

/**
 * @param token   The token, with `alternatives`, best first.
 * @param onTake  Called with the alternative that is to stand there.
 * @param onWhy   Called if the person asks why the token came.
 */
export function oddsOf(token, onTake, onWhy) {
  const others = (token.alternatives ?? []).filter(other => other.id !== token.id);
  const scale = Math.max(...[token, ...others].map(each => Math.exp(each.logprob)));
  const row = (each, tag, props) => {
    const bar = h("span", { class: "odds-bar", "aria-hidden": true });
    bar.style.setProperty("--share", Math.exp(each.logprob) / scale);
    return h(tag, { ...props, class: "odds-row" }, bar, h("bdi", { class: "odds-text" }, visible(each.text)),
      h("span", { class: "odds-share" }, percent(Math.exp(each.logprob))));
  };
  return [
    row(token, "div", {}),
    h("p", { class: "quiet help" }, surprise(token.logprob)),
    others.length > 0 && h("p", { class: "help" }, "Or, continuing from there:"),
    others.length > 0 && h("ul", { class: "plain" }, others.map(other => h("li", {}, row(other, "button", {
      type: "button", onclick: () => onTake(other), disabled: other.text === "" || other.text.includes("\ufffd"),
    })))),
    onWhy && h("button", { type: "button", class: "link", onclick: onWhy }, "Why did this come?"),
  ].filter(Boolean);
}
