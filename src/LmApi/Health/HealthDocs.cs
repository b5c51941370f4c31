namespace LmApi.Health;

/// <summary>What the OpenAPI document shows of the probes.</summary>
internal static class HealthDocs
{
    public const string Live = """{ "status": "live" }""";
    public const string Ready = """{ "status": "ready", "model": "tiny" }""";
    public const string Starting = """{ "status": "starting" }""";
}
