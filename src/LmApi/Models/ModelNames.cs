using LmApi.Infrastructure.Json;
using LmApi.Infrastructure.Problems;
using Microsoft.Extensions.Options;

namespace LmApi.Models;

/// <summary>The names that requests give the model.</summary>
internal sealed class ModelNames(ModelHost host, IOptions<ClientsOptions> options)
{
    /// <summary>What Ollama appends to a name without a tag.</summary>
    public const string Latest = ":latest";

    /// <summary>What can go wrong with a request that names a model.</summary>
    public static IReadOnlyList<ProblemKind> Problems { get; } = [.. EngineProblems.Kinds, ProblemKind.ModelNotFound];

    /// <param name="name">
    /// What a request asks for; null for the model that is served. An address means that too: clients that are given
    /// one instead of a model send it as the name.
    /// </param>
    /// <exception cref="ProblemException">404.</exception>
    public void Require(string? name)
    {
        if (name is null or ""
            || options.Value.AnyModel
            || name == host.Model.Name
            || name == host.Model.Name + Latest
            || name.Contains("://", StringComparison.Ordinal))
        {
            return;
        }

        throw new ProblemException(ProblemKind.ModelNotFound.With(
            $"There is no model '{Excerpt.Of(name)}'; this service has one, '{host.Model.Name}'."));
    }
}
