using LmModel.Generation;

namespace LmApi.Generation;

/// <summary>A request that has passed every check: it can run as it is.</summary>
/// <param name="Settings">What to generate, the seed already chosen.</param>
/// <param name="Stream">Whether to answer with events; otherwise with a single JSON document.</param>
internal sealed record GenerationRequest(GenerationSettings Settings, bool Stream);
