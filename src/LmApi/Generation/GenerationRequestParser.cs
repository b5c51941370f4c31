using System.Text.Json;
using LmApi.Infrastructure;
using LmApi.Infrastructure.Fields;
using LmApi.Infrastructure.Problems;
using LmApi.Models;
using LmModel.Generation;
using LmModel.Tokenization;
using Microsoft.Extensions.Options;

namespace LmApi.Generation;

/// <summary>Makes a valid request of a body, or names everything that is wrong with it.</summary>
internal sealed class GenerationRequestParser(
    GenerationFields fields, IOptions<GenerationOptions> options, ModelHost host, Chance chance)
{
    /// <param name="body">The body.</param>
    /// <param name="streamByDefault">What <c>stream</c> is where the body does not say.</param>
    /// <exception cref="ProblemException">422 with all errors.</exception>
    public GenerationRequest Parse(JsonElement body, bool streamByDefault)
    {
        var reader = new FieldReader(body, fields);
        var tokenizer = host.Model.Tokenizer;
        var settings = new GenerationSettings
        {
            PromptTokens = reader.TryRead(fields.Prompt, out var prompt)
                ? TokenRules.Encode(tokenizer, prompt, fields.Prompt.Name, options.Value.MaxPromptTokens, reader.Errors)
                : [],
            MaxTokens = (int)(reader.Read(fields.MaxTokens) ?? 0),
            Seed = reader.TryRead(fields.Seed, out var seed) ? seed!.Value : chance.NextSeed(GenerationFields.MaxSeed),
            Sampling = ReadSampling(reader, tokenizer),
            NeuralCache = reader.Read(fields.NeuralCache),
            Stop = reader.Read(fields.Stop) ?? [],
            Alternatives = (int)(reader.Read(fields.Logprobs) ?? 0),
            Echo = reader.Read(fields.Echo) ?? false,
        };
        var stream = reader.TryRead(fields.Stream, out var asked) ? asked!.Value : streamByDefault;
        reader.Errors.ThrowIfAny();
        return new(settings, stream);
    }

    private LmModel.Sampling.SamplingSettings ReadSampling(FieldReader reader, Tokenizer tokenizer)
    {
        var bias = reader.Read(fields.LogitBias);
        foreach (var id in bias.Keys)
        {
            TokenRules.RequireKnown(tokenizer, id, $"{fields.LogitBias.Name}.{id}", reader.Errors);
        }

        // Read where it has no effect too: what is not valid is said.
        var tau = reader.Read(fields.MirostatTau) ?? 0;
        return new()
        {
            Temperature = reader.Read(fields.Temperature) ?? 0,
            TopK = (int)(reader.Read(fields.TopK) ?? 0),
            TopP = reader.Read(fields.TopP) ?? 1,
            MinP = reader.Read(fields.MinP) ?? 0,
            TypicalP = reader.Read(fields.TypicalP) ?? 1,
            MirostatTau = reader.Read(fields.Mirostat) == 2 ? tau : 0,
            MirostatEta = reader.Read(fields.MirostatEta) ?? 1,
            RepetitionPenalty = reader.Read(fields.RepetitionPenalty) ?? 1,
            PresencePenalty = reader.Read(fields.PresencePenalty) ?? 0,
            FrequencyPenalty = reader.Read(fields.FrequencyPenalty) ?? 0,
            LogitBias = bias,
        };
    }
}
