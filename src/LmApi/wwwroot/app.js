// Where the page begins: the tabs, the colours, the key, and the model that everything else needs.
import { $, announce } from "./dom.js";
import { ApiError, getJson, hasKey, useKey } from "./api.js";
import { Write } from "./write.js";

const write = new Write();

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
    const model = await getJson("model");
    $("model-name").textContent = model.name;
    document.title = `${model.name} – LmService`;
    await write.use(model);
    return true;
  } catch (error) {
    if (!(error instanceof ApiError && error.problem.status === 401)) $("text-problem").textContent = error.message;
    return false;
  }
}

await load();
performance.mark("lm-interactive");
