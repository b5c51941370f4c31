using System.Text.Json;
using LmApi.Infrastructure.Fields;
using LmApi.Infrastructure.Problems;
using LmApi.Models;
using LmModel.Scoring;
using Microsoft.Extensions.Options;

namespace LmApi.Scoring;

/// <summary>What a body asks for.</summary>
/// <param name="Requests">The texts, in the order of the body.</param>
/// <param name="Ranks">Whether they are choices to rank.</param>
/// <param name="Logprobs">Whether to report tokens.</param>
/// <param name="Lines">Whether to report lines.</param>
/// <param name="Copied">Whether to report runs of the training text.</param>
internal sealed record ScoreWork(
    IReadOnlyList<ScoreRequest> Requests, bool Ranks, bool Logprobs, bool Lines, bool Copied);

/// <summary>Parses bodies and lines into valid requests, or reports everything that is wrong with them.</summary>
internal sealed class ScoreRequestParser(
    ModelHost host, ScoreFields fields, ScoreLineFields lineFields, IOptions<EngineOptions> engine)
{
    private readonly int _maxTokens = engine.Value.MaxPromptTokens;

    /// <exception cref="ProblemException">422 with all errors.</exception>
    public ScoreWork Parse(JsonElement body)
    {
        var reader = new FieldReader(body, fields);
        var given = Given(reader, fields.Given);
        var parts = new List<IReadOnlyList<ScoreRequest>>();
        if (reader.TryRead(fields.Text, out var texts))
        {
            parts.Add([.. Requests(texts, fields.Text, given, reader.Errors)]);
        }

        if (reader.TryRead(fields.Tokens, out var tokens))
        {
            parts.Add([.. Request(tokens, given, reader.Errors)]);
        }

        var ranks = reader.TryRead(fields.Choices, out var choices);
        if (ranks)
        {
            Require(given is not null, fields.Given, "`given` is missing; choices are continuations of it.", reader);
            parts.Add([.. Requests(choices!, fields.Choices, given, reader.Errors)]);
        }

        var logprobs = reader.Read(fields.Logprobs)!.Value;
        var lines = reader.Read(fields.Lines)!.Value;
        var copied = reader.Read(fields.Copied)!.Value;
        if (copied && host.Model.Folder.Guard is null)
        {
            reader.Errors.Add(
                fields.Copied.Name,
                FieldErrorCodes.NotAvailable,
                "`copied` needs a filter of the training text, which this model does not have; lm guard makes it.");
        }

        reader.Errors.ThrowIfAny();
        Require(parts.Count > 0, fields.Text, "`text` is missing, and so are `tokens` and `choices`.", reader);
        Require(parts.Count < 2, fields.Text, "Only one of `text`, `tokens` and `choices` may be given.", reader);
        reader.Errors.ThrowIfAny();
        return new(parts[0], ranks, logprobs, lines, copied);
    }

    /// <summary>A line of a stream: a string, or an object.</summary>
    /// <exception cref="ProblemException">422 with all errors.</exception>
    public ScoreRequest ParseLine(JsonElement line)
    {
        if (line.ValueKind == JsonValueKind.String)
        {
            var errors = new FieldErrors();
            var requests = lineFields.Text.TryRead(line, "", errors, out var bare)
                ? Request(bare, lineFields.Text.Name, null, errors).ToList()
                : [];
            errors.ThrowIfAny();
            return requests[0];
        }

        var reader = new FieldReader(line, lineFields);
        var given = Given(reader, lineFields.Given);
        var request = reader.TryRead(lineFields.Text, out var text)
            ? Request(text, lineFields.Text.Name, given, reader.Errors).ToList()
            : [];
        reader.Errors.ThrowIfAny();
        return request[0];
    }

    private static void Require(bool holds, Field field, string message, FieldReader reader)
    {
        if (!holds)
        {
            reader.Errors.Add(field.Name, FieldErrorCodes.Missing, message);
        }
    }

    private int[]? Given(FieldReader reader, TextField field) => reader.TryRead(field, out var text)
        ? TokenRules.Encode(host.Model.Tokenizer, text, field.Name, _maxTokens, reader.Errors)
        : null;

    private IEnumerable<ScoreRequest> Requests(
        IReadOnlyList<string> texts, Field field, int[]? given, FieldErrors errors) =>
        texts.SelectMany((text, i) => Request(
            text, texts.Count == 1 ? field.Name : $"{field.Name}[{i}]", given, errors));

    /// <summary>One request, or none with an error added.</summary>
    private IEnumerable<ScoreRequest> Request(string text, string path, int[]? given, FieldErrors errors)
    {
        var most = _maxTokens - (given is null ? 0 : Math.Max(1, given.Length));
        var tokenizer = host.Model.Tokenizer;
        if (TokenRules.Encode(tokenizer, text, path, most, errors) is { Length: > 0 } tokens)
        {
            var normalized = tokenizer.Normalize(text);
            yield return ScoreRequest.Of(tokenizer, host.Model.Folder.Config.StartToken, normalized, tokens, given);
        }
    }

    private IEnumerable<ScoreRequest> Request(int[] tokens, int[]? given, FieldErrors errors)
    {
        var tokenizer = host.Model.Tokenizer;
        var known = true;
        foreach (var (i, id) in tokens.Index())
        {
            known &= id < tokenizer.VocabularySize;
            TokenRules.RequireKnown(tokenizer, id, $"{fields.Tokens.Name}[{i}]", errors);
        }

        if (tokens.Length == 0)
        {
            errors.Add(fields.Tokens.Name, FieldErrorCodes.TooShort, "`tokens` must have at least one token.");
        }
        else if (known)
        {
            yield return ScoreRequest.Of(
                tokenizer, host.Model.Folder.Config.StartToken, tokenizer.Decode(tokens), tokens, given);
        }
    }
}
