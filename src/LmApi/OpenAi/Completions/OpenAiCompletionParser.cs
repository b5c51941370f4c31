using System.Text.Json;
using LmApi.Generation;
using LmApi.Infrastructure.Fields;
using LmApi.Infrastructure.Problems;
using LmApi.Models;
using LmModel.Generation;
using Microsoft.Extensions.Options;

namespace LmApi.OpenAi.Completions;

/// <summary>What a body asks for.</summary>
/// <param name="Settings">Those of prompt p begin at p · best_of.</param>
/// <param name="N">Choices of each prompt.</param>
/// <param name="BestOf">Generations of each prompt.</param>
/// <param name="Logprobs">Whether to report log probabilities.</param>
/// <param name="Stream">How to stream; null for a single JSON answer.</param>
internal sealed record OpenAiCompletion(
    IReadOnlyList<GenerationSettings> Settings, int N, int BestOf, bool Logprobs, StreamOptions? Stream);

/// <summary>Parses a body into valid requests, or reports everything that is wrong with it.</summary>
internal sealed class OpenAiCompletionParser(
    OpenAiCompletionFields fields,
    GenerationFields generation,
    GenerationRequestParser shared,
    ModelNames names,
    ModelHost host,
    IOptions<EngineOptions> engine)
{
    /// <exception cref="ProblemException">404 or 422 with all errors.</exception>
    public OpenAiCompletion Parse(JsonElement body)
    {
        var reader = new FieldReader(body, fields);
        reader.RefuseUnsupported();
        var model = reader.Read(OpenAiMembers.Model);
        IReadOnlyList<Prompt> absent = [new(fields.Prompt.Name, "", [])];
        var prompts = (reader.TryRead(fields.Prompt, out var given) ? given : absent)
            .Select(prompt => Encode(prompt, reader.Errors)).ToList();
        var n = (int)(reader.Read(fields.N) ?? 1);
        var bestOf = (int)(reader.Read(fields.BestOf) ?? n);
        var asked = reader.TryRead(fields.Logprobs, out var logprobs);
        var template = Template(reader, (int)(logprobs ?? 0), scores: asked);
        var streamOptions = reader.Read(OpenAiMembers.StreamOptions) ?? new(false);
        var stream = reader.Read(OpenAiMembers.Stream)!.Value;
        Check(reader.Errors, n, bestOf, stream);
        reader.Errors.ThrowIfAny();
        names.Require(model);
        Check(reader.Errors, prompts, template, bestOf, reports: asked || bestOf > n);
        reader.Errors.ThrowIfAny();
        var settings = prompts.SelectMany(prompt => Enumerable.Range(0, bestOf).Select(i => template with
        {
            PromptTokens = prompt,
            Seed = OpenAiMembers.SeedOf(template.Seed, i),
            // In a prompt of one token nothing is predicted.
            ScoredFrom = prompt.Length > 1 ? template.ScoredFrom : null,
        }));
        return new([.. settings], n, bestOf, asked, stream ? streamOptions : null);
    }

    /// <summary>The settings without a prompt.</summary>
    private GenerationSettings Template(FieldReader reader, int alternatives, bool scores)
    {
        var echo = reader.Read(generation.Echo)!.Value | reader.Read(fields.ReturnFullText)!.Value;
        var maxTokens = (int)(reader.Read(generation.MaxTokens) ?? 0);
        var settings = shared.ReadSettings(reader, maxTokens, reader.Read(OpenAiMembers.Seed));
        var greedy = reader.Read(fields.DoSample) == false;
        return settings with
        {
            Sampling = greedy ? settings.Sampling with { Temperature = 0 } : settings.Sampling,
            Alternatives = alternatives,
            Echo = echo,
            // Whoever scores an echoed prompt gets its exact losses, not those rounded for display.
            ScoredFrom = echo && scores ? 1 : null,
        };
    }

    private int[] Encode(Prompt prompt, FieldErrors errors)
    {
        if (prompt.Text is not null)
        {
            return TokenRules.Encode(
                host.Model.Tokenizer, prompt.Text, prompt.Path, engine.Value.MaxPromptTokens, errors);
        }

        foreach (var (i, id) in prompt.Ids.Index())
        {
            TokenRules.RequireKnown(host.Model.Tokenizer, id, $"{prompt.Path}[{i}]", errors);
        }

        return prompt.Ids;
    }

    private void Check(FieldErrors errors, int n, int bestOf, bool stream)
    {
        if (bestOf < n)
        {
            errors.Add(fields.BestOf.Name, FieldErrorCodes.OutOfRange,
                $"`best_of` must be at least `n`, which is {n}, not {bestOf}.", limit: new() { Minimum = n });
        }

        if (stream && bestOf > n)
        {
            errors.Add(fields.BestOf.Name, FieldErrorCodes.OutOfRange,
                "`best_of` must be `n` where `stream` is true: the best are known at the end.",
                limit: new() { Maximum = n });
        }
    }

    /// <summary>Bounds the work and the memory that one body can ask for.</summary>
    private void Check(
        FieldErrors errors, List<int[]> prompts, GenerationSettings template, int bestOf, bool reports)
    {
        if (prompts.Count * bestOf > OpenAiCompletionFields.MaxGenerations)
        {
            errors.Add(fields.Prompt.Name, FieldErrorCodes.TooMany,
                $"A request may ask for {OpenAiCompletionFields.MaxGenerations} texts, not "
                + $"{prompts.Count} × {bestOf}.");
        }

        var tokens = prompts.Sum(prompt => (long)(template.Echo ? prompt.Length : 0) + template.MaxTokens) * bestOf;
        if (reports && tokens > OpenAiMembers.MaxReportedTokens)
        {
            errors.Add(fields.Logprobs.Name, FieldErrorCodes.TooMany,
                $"The log probabilities of {OpenAiMembers.MaxReportedTokens} tokens may be asked for, not of {tokens}.");
        }
    }
}
