// What the .NET tests say about the services that they have started (tests/LmApi.Tests/Clients/NpmClientTests.cs).
// The model continues an alphabet: at temperature 0, "ab" goes on with "cdefg…".

function address(name) {
  const url = process.env[name];
  if (!url) throw new Error(`${name} must be the address of a service.`);
  return url.replace(/\/$/, "");
}

/** A service that answers. */
export const open = address("LM_OPEN");

/** A service that has no place left. */
export const full = address("LM_FULL");

/** A service whose model stops after some tokens of the first text, so that whoever asks can leave in its middle. */
export const held = address("LM_HELD");

export const model = "alphabet";
