// The part of Markdown that model cards use, as elements: headings, tables, lists, code, paragraphs. Nothing becomes
// HTML, so a card can contain anything.
import { h } from "./dom.js";

export function markdown(text) {
  const lines = text.replaceAll("\r", "").split("\n");
  const blocks = [];
  while (lines.length > 0) {
    const line = lines[0];
    const heading = /^(#{1,4})\s+(.*)/.exec(line);
    if (line.trim() === "") lines.shift();
    else if (line.startsWith("```")) blocks.push(code(lines));
    else if (heading) {
      lines.shift();
      blocks.push(h(`h${heading[1].length + 1}`, {}, ...inline(heading[2])));
    } else if (line.startsWith("|")) blocks.push(table(lines));
    else if (/^\s*[-*] /.test(line)) blocks.push(list(lines));
    else blocks.push(h("p", {}, ...inline(take(lines, isText).join(" "))));
  }

  return blocks;
}

const isText = line => line.trim() !== "" && !/^(#{1,4}\s|```|\||\s*[-*] )/.test(line);

/** Removes the lines as long as they belong together, at least one. */
function take(lines, belongs) {
  const taken = [lines.shift()];
  while (lines.length > 0 && belongs(lines[0])) taken.push(lines.shift());
  return taken;
}

function code(lines) {
  lines.shift();
  const body = [];
  while (lines.length > 0 && !lines[0].startsWith("```")) body.push(lines.shift());
  lines.shift();
  return h("pre", { tabindex: 0 }, h("code", {}, body.join("\n")));
}

function list(lines) {
  const items = [];
  for (const line of take(lines, each => /^\s*[-*] /.test(each) || /^\s+\S/.test(each))) {
    const item = /^\s*[-*] (.*)/.exec(line);
    if (item) items.push(item[1]);
    else items[items.length - 1] += ` ${line.trim()}`;
  }

  return h("ul", {}, items.map(item => h("li", {}, ...inline(item))));
}

function table(lines) {
  const rows = take(lines, line => line.startsWith("|"))
    .map(line => line.replace(/^\||\|\s*$/g, "").split("|").map(cell => cell.trim()));
  const [head, , ...body] = rows;
  const row = (cells, tag) => h("tr", {}, cells.map(cell => h(tag, {}, ...inline(cell))));
  const hasHead = head.some(cell => cell !== "");
  return h("div", { class: "scroll", tabindex: 0, role: "group", "aria-label": "Table" }, h("table", {},
    hasHead && h("thead", {}, row(head, "th")), h("tbody", {}, body.map(cells => row(cells, "td")))));
}

function inline(text) {
  const parts = [];
  const pattern = /`([^`]+)`|\*\*([^*]+)\*\*|!\[([^\]]*)\]\([^)]*\)|\[([^\]]+)\]\(([^)]*)\)/g;
  let end = 0;
  for (const match of text.matchAll(pattern)) {
    parts.push(text.slice(end, match.index));
    end = match.index + match[0].length;
    const [, verbatim, strong, picture, label, target] = match;
    if (verbatim) parts.push(h("code", {}, verbatim));
    else if (strong) parts.push(h("strong", {}, strong));
    else if (picture !== undefined) continue; // the curves are drawn above, from their numbers
    else parts.push(/^https?:/.test(target) ? h("a", { href: target, rel: "noreferrer" }, label) : label);
  }

  parts.push(text.slice(end));
  return parts;
}
