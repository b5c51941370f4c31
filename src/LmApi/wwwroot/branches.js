// The tree of everything that has been written here. A branch is a continuation: of the beginning, of another branch,
// or of another branch up to a token for which something else was taken.
import { $, h } from "./dom.js";

const shown = 48; // characters of a branch's label

export class Branches {
  #root = { id: 0, parent: null, children: [], label: "The beginning", text: "", tokens: [] };
  #current = this.#root;
  #count = 0;
  #onWalk;

  constructor(onWalk) {
    this.#onWalk = onWalk;
    $("branches").addEventListener("keydown", event => this.#key(event));
    $("branches").addEventListener("click", event => {
      const item = event.target.closest("[role=treeitem]");
      if (item) this.#walk(this.#find(item));
    });
    this.draw();
  }

  get current() { return this.#current; }
  get root() { return this.#root; }

  /** A new branch, which becomes the current one. */
  grow(parent, took) {
    const branch = { id: ++this.#count, parent, children: [], label: "", text: "", tokens: [], took, receipt: null };
    parent.children.push(branch);
    this.#current = branch;
    return branch;
  }

  /** A branch without a text leaves the tree, such as one that was refused. */
  drop(branch) {
    branch.parent.children = branch.parent.children.filter(child => child !== branch);
    if (this.#current === branch) this.#current = branch.parent;
    this.draw();
  }

  select(branch) {
    this.#current = branch;
    this.draw();
  }

  draw() {
    const focused = $("branches").contains(document.activeElement);
    $("branches").replaceChildren(this.#item(this.#root, 1));
    const current = $("branches").querySelector("[tabindex='0']");
    if (focused) current.focus();
    // Within its own box: the page stays where it is.
    $("branches").scrollTop = Math.max(0, current.offsetTop - $("branches").clientHeight + 32);
  }

  #item(branch, depth) {
    const isCurrent = branch === this.#current;
    const label = branch.label.replace(/\s+/g, " ").trim().slice(0, shown) || "…";
    return h("li", {
      role: "treeitem", tabindex: isCurrent ? 0 : -1, "aria-selected": String(isCurrent), "aria-level": depth,
      "aria-expanded": branch.children.length > 0 ? "true" : null, "data-id": branch.id,
    },
    h("span", { class: "branch" }, branch.took && h("b", {}, branch.took), h("bdi", {}, label)),
    branch.children.length > 0
      && h("ul", { role: "group" }, branch.children.map(child => this.#item(child, depth + 1))));
  }

  #find(item, from = this.#root) {
    if (from.id === Number(item.dataset.id)) return from;
    for (const child of from.children) {
      const found = this.#find(item, child);
      if (found) return found;
    }

    return null;
  }

  #key(event) {
    const items = [...$("branches").querySelectorAll("[role=treeitem]")];
    const at = items.indexOf(document.activeElement), branch = this.#find(items[at]);
    const next = {
      ArrowDown: items[at + 1], ArrowUp: items[at - 1], Home: items[0], End: items.at(-1),
      ArrowLeft: branch.parent && items.find(item => this.#find(item) === branch.parent),
      ArrowRight: branch.children.length > 0 && items[at + 1],
    }[event.key];
    if (next) {
      items[at].tabIndex = -1;
      next.tabIndex = 0;
      next.focus();
      event.preventDefault();
    } else if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      this.#walk(branch);
    }
  }

  #walk(branch) {
    if (this.#onWalk(branch)) this.select(branch);
  }
}
