// Where the page begins: the tabs, the colours, the key, and the model that everything else needs.
import { $, announce } from "./dom.js";
import { ApiError, getJson, hasKey, useKey } from "./api.js";
import { isReceipt, receiptOf } from "./receipt.js";
import { Write } from "./write.js";

const write = new Write();
const tabs = [...document.querySelectorAll("[role=tab]")];
const views = new Map([["write", write]]); // the others are loaded when they are first opened
let model = null;

async function viewOf(name) {
  if (!views.has(name) && model) {
    const [View] = Object.values(await import(`./${name}.js`));
    if (!views.has(name)) views.set(name, new View(model));
  }

  return views.get(name);
}

async function open(name) {
  const view = await viewOf(name);
  for (const tab of tabs) {
    const isOpen = tab.id === `tab-${name}`;
    if (!isOpen && tab.ariaSelected === "true") views.get(tab.id.slice(4))?.leave?.();
    tab.setAttribute("aria-selected", String(isOpen));
    tab.tabIndex = isOpen ? 0 : -1;
    $(tab.getAttribute("aria-controls")).hidden = !isOpen;
    // Without a model, nothing answers the controls of the other views.
    $(tab.getAttribute("aria-controls")).inert = isOpen && !view;
  }

  if (location.hash !== `#${name}`) history.replaceState(null, "", `#${name}`);
  view?.enter?.(write.text);
  return view;
}

for (const tab of tabs) {
  tab.addEventListener("click", () => open(tab.id.slice(4)));
  tab.addEventListener("keydown", event => {
    const at = tabs.indexOf(tab);
    const next = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: -1 }[event.key];
    if (next === undefined) return;
    event.preventDefault();
    const to = tabs.at(next % tabs.length);
    to.focus();
    open(to.id.slice(4));
  });
}

write.onWhy = async token => (await open("why"))?.explainAt(write.text, token.start);

const schemes = ["", "light", "dark"];

function useScheme(scheme) {
  document.documentElement.dataset.scheme = scheme;
  $("theme").textContent = { "": "Auto", light: "Light", dark: "Dark" }[scheme];
  $("theme").setAttribute("aria-label", `Colours: ${$("theme").textContent}`);
}

useScheme(localStorage.getItem("lm-scheme") ?? "");
$("theme").addEventListener("click", () => {
  const next = schemes[(schemes.indexOf(document.documentElement.dataset.scheme) + 1) % schemes.length];
  localStorage.setItem("lm-scheme", next);
  useScheme(next);
});

addEventListener("lm-key-needed", ({ detail }) => {
  $("key-bar").hidden = false;
  $("key-problem").textContent = detail ?? "";
  $("key").setAttribute("aria-invalid", hasKey());
  $("key").focus();
});

$("key-bar").addEventListener("submit", async event => {
  event.preventDefault();
  $("key-problem").textContent = "";
  useKey($("key").value.trim());
  if (await load()) {
    $("key-bar").hidden = true;
    announce("The key is accepted.");
    $("text").focus();
  }
});

/** Whether the model could be asked for. */
async function load() {
  try {
    model = await getJson("model");
    $("model-name").textContent = model.name;
    document.title = `${model.name} – LmService`;
    write.use(model);
    await arrive();
    return true;
  } catch (error) {
    if (!(error instanceof ApiError && error.problem.status === 401)) $("text-problem").textContent = error.message;
    return false;
  }
}

/** Goes where the address leads: to a view, or to a text that is to be written again. */
async function arrive() {
  const fragment = location.hash;
  if (isReceipt(fragment)) {
    history.replaceState(null, "", "#write");
    write.redo(await receiptOf(fragment));
  } else if (tabs.some(tab => tab.id === `tab-${fragment.slice(1)}`) && fragment !== "#write") {
    await open(fragment.slice(1));
  }
}

addEventListener("hashchange", arrive);
await load();
performance.mark("lm-interactive");
