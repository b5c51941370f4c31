// What to give away of a text: its receipt, and the request that writes it, for four kinds of programs.
import { $, announce, h } from "./dom.js";
import { address, hasKey } from "./api.js";
import { linkTo } from "./receipt.js";

const indent = (text, by) => text.replaceAll("\n", `\n${by}`);

export const programs = {
  curl: body => `curl -N ${address("generate")} -H 'Content-Type: application/json'${
    hasKey() ? " \\\n  -H \"Authorization: Bearer $LM_KEY\"" : ""} \\\n  -d '${
    JSON.stringify(body).replaceAll("'", "'\\''")}'`,

  "C#": body => `using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

using var client = new HttpClient { BaseAddress = new Uri("${address("")}") };
${hasKey() ? `client.DefaultRequestHeaders.Authorization =
    new AuthenticationHeaderValue("Bearer", Environment.GetEnvironmentVariable("LM_KEY"));
` : ""}var request = JsonNode.Parse("""
    ${indent(JSON.stringify({ ...body, stream: false }, null, 2), "    ")}
    """);
using var response = await client.PostAsJsonAsync("generate", request);
response.EnsureSuccessStatusCode();
var answer = await response.Content.ReadFromJsonAsync<JsonNode>();
Console.WriteLine(answer!["text"]);`,

  Python: body => `import json, os
from openai import OpenAI

client = OpenAI(base_url="${address("")}", api_key=${hasKey() ? "os.environ[\"LM_KEY\"]" : "\"none\""})
request = json.loads(r"""
${JSON.stringify({ ...body, stream: false }, null, 2).replaceAll("\"\"\"", "\\u0022\\u0022\\u0022")}
""")
answer = client.post("/generate", body=request, cast_to=object)
print(answer["text"])`,

  JavaScript: body => `const response = await fetch("${address("generate")}", {
  method: "POST",
  headers: { "Content-Type": "application/json"${
  hasKey() ? ", Authorization: `Bearer \${process.env.LM_KEY}`" : ""} },
  body: JSON.stringify(${indent(JSON.stringify({ ...body, stream: false }, null, 2), "  ")}),
});
if (!response.ok) throw new Error(await response.text());
console.log((await response.json()).text);`,
};

export class Share {
  #receipt = null;

  constructor() {
    $("share-language").append(...Object.keys(programs).map(name => h("option", {}, name)));
    $("share-language").addEventListener("change", () => this.#code());
    $("share-close").addEventListener("click", () => $("share-dialog").close());
    $("copy-link").addEventListener("click", () => copy($("share-link"), "The link is copied."));
    $("copy-code").addEventListener("click", () => copy($("share-code"), "The code is copied."));
  }

  async open(receipt, model) {
    this.#receipt = receipt;
    $("share-link").value = await linkTo(receipt, model);
    $("share-said").textContent = "";
    this.#code();
    $("share-dialog").showModal();
  }

  #code() {
    const { prompt, settings } = this.#receipt;
    const { logprobs, ...rest } = settings; // the page alone needs the alternatives
    $("share-code").value = programs[$("share-language").value]({ prompt, ...rest });
  }
}

async function copy(field, said) {
  field.select();
  try {
    await navigator.clipboard.writeText(field.value);
  } catch {
    document.execCommand("copy"); // without HTTPS, away from localhost
  }

  $("share-said").textContent = said;
  announce(said);
}
