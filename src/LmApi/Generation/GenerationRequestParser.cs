using System.Text.Json;
using LmApi.Infrastructure;
using LmApi.Infrastructure.Fields;
using LmApi.Infrastructure.Problems;
using LmApi.Models;
using LmModel.Generation;
using LmModel.Sampling;
using Microsoft.Extensions.Options;

namespace LmApi.Generation;

/// <summary>Parses a body into a valid request, or reports everything that is wrong with it.</summary>
internal sealed class GenerationRequestParser(
    GenerationFields fields, IOptions<EngineOptions> engine, ModelHost host, Chance chance)
{
    /// <param name="body">The body.</param>
    /// <param name="streamByDefault">The value of <c>stream</c> if the body does not set it.</param>
    /// <exception cref="ProblemException">422 with all errors.</exception>
    public GenerationRequest Parse(JsonElement body, bool streamByDefault)
    {
        var reader = new FieldReader(body, fields);
        var tokenizer = host.Model.Tokenizer;
        var tokens = reader.TryRead(fields.Prompt, out var prompt)
            ? TokenRules.Encode(tokenizer, prompt, fields.Prompt.Name, engine.Value.MaxPromptTokens, reader.Errors)
            : [];
        var maxTokens = (int)(reader.Read(fields.MaxTokens) ?? 0);
        var settings = ReadSettings(reader, maxTokens, reader.Read(fields.Seed)) with
        {
            PromptTokens = tokens,
            Alternatives = (int)(reader.Read(fields.Logprobs) ?? 0),
            Echo = reader.Read(fields.Echo) ?? false,
        };
        var stream = reader.TryRead(fields.Stream, out var asked) ? asked!.Value : streamByDefault;
        reader.Errors.ThrowIfAny();
        return new(settings, stream);
    }

    /// <summary>
    /// The settings that bodies of all dialects share by the names of their members, as far as their tables have
    /// them: sampling, bias, neural cache, guard and stop. The prompt is empty.
    /// </summary>
    /// <param name="reader">Of the body.</param>
    /// <param name="maxTokens">Tokens to draw.</param>
    /// <param name="seed">Null for one at random.</param>
    public GenerationSettings ReadSettings(FieldReader reader, int maxTokens, long? seed) => new()
    {
        PromptTokens = [],
        MaxTokens = maxTokens,
        Seed = seed ?? chance.NextSeed(GenerationFields.MaxSeed),
        Sampling = ReadSampling(reader),
        NeuralCache = reader.Read(fields.NeuralCache),
        Guard = fields.Guard.ReadRule(reader, host.Model.Folder.Guard),
        Stop = reader.Read(fields.Stop) ?? [],
    };

    private SamplingSettings ReadSampling(FieldReader reader)
    {
        var bias = reader.Read(fields.LogitBias);
        foreach (var id in bias.Keys)
        {
            TokenRules.RequireKnown(host.Model.Tokenizer, id, $"{fields.LogitBias.Name}.{id}", reader.Errors);
        }

        var sampling = SamplingParameter.With(
            new(), fields.Sampling.Select(field => (field.Parameter, field.Read(reader))));
        return sampling with { LogitBias = bias };
    }
}
