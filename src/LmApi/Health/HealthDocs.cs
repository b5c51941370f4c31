namespace LmApi.Health;

/// <summary>The documentation of the probes in the OpenAPI document.</summary>
internal static class HealthDocs
{
    public const string Live = """{ "status": "live" }""";
    public const string Ready = """{ "status": "ready", "model": "tiny" }""";
    public const string Starting = """{ "status": "starting" }""";
}
