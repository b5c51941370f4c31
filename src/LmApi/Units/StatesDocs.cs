namespace LmApi.Units;

/// <summary>The documentation of <c>POST /states</c> in the OpenAPI document.</summary>
internal static class StatesDocs
{
    public const string Description = """
        Reads a text and returns the activations of chosen units after each of its tokens. `GET /model` lists the units
        that `lm units` found to follow something nameable, such as being inside of quotes.
        """;

    public const string Answer = """
        {
          "model": "tiny",
          "tokens": [ { "id": 20, "text": "H" }, { "id": 47, "text": "i" } ],
          "units": [ { "layer": 0, "unit": 12, "values": [0.10348, -0.41175] } ]
        }
        """;

    public static readonly IReadOnlyDictionary<string, string> Requests = new Dictionary<string, string>
    {
        ["units by their places"] =
            """{ "text": "To be, or not to be", "units": [{ "layer": 0, "unit": 12 }, { "layer": 0, "unit": 3 }] }""",
        ["a unit by its feature"] = """{ "text": "To be, or not to be", "units": ["after:,"] }""",
    };
}
