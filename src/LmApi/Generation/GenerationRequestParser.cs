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
        var settings = new GenerationSettings
        {
            PromptTokens = reader.TryRead(fields.Prompt, out var prompt)
                ? TokenRules.Encode(tokenizer, prompt, fields.Prompt.Name, engine.Value.MaxPromptTokens, reader.Errors)
                : [],
            MaxTokens = (int)(reader.Read(fields.MaxTokens) ?? 0),
            Seed = reader.TryRead(fields.Seed, out var seed) ? seed!.Value : chance.NextSeed(GenerationFields.MaxSeed),
            Sampling = ReadSampling(reader),
            NeuralCache = reader.Read(fields.NeuralCache),
            Guard = fields.Guard.ReadRule(reader, host.Model.Folder.Guard),
            Stop = reader.Read(fields.Stop) ?? [],
            Alternatives = (int)(reader.Read(fields.Logprobs) ?? 0),
            Echo = reader.Read(fields.Echo) ?? false,
        };
        var stream = reader.TryRead(fields.Stream, out var asked) ? asked!.Value : streamByDefault;
        reader.Errors.ThrowIfAny();
        return new(settings, stream);
    }

    /// <summary>How tokens are drawn, of any body whose table has those members.</summary>
    public SamplingSettings ReadSampling(FieldReader reader)
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
