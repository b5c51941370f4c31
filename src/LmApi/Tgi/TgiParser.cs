using System.Text.Json;
using LmApi.Generation;
using LmApi.Infrastructure.Fields;
using LmApi.Infrastructure.Problems;
using LmApi.Models;
using LmModel.Generation;
using Microsoft.Extensions.Options;

namespace LmApi.Tgi;

/// <summary>What a body asks for.</summary>
/// <param name="Settings">Of each text of <c>best_of</c>.</param>
/// <param name="Stream">Whether to stream.</param>
/// <param name="Details">Whether to report tokens.</param>
/// <param name="Prefix">What the text begins with; empty, or the prompt.</param>
internal sealed record TgiRequest(
    IReadOnlyList<GenerationSettings> Settings, bool Stream, bool Details, string Prefix);

/// <summary>Parses a body into valid requests, or reports everything that is wrong with it.</summary>
internal sealed class TgiParser(
    TgiFields fields, GenerationRequestParser shared, ModelHost host, IOptions<EngineOptions> engine)
{
    private static readonly JsonElement NoParameters = JsonDocument.Parse("{}").RootElement;

    /// <param name="body">The body.</param>
    /// <param name="streams">Whether the path says that the answer is a stream; null if the body does.</param>
    /// <exception cref="ProblemException">422 with all errors.</exception>
    public TgiRequest Parse(JsonElement body, bool? streams)
    {
        var reader = new FieldReader(body, fields);
        var inputs = reader.Read(fields.Inputs) ?? "";
        var stream = streams ?? reader.Read(fields.Stream)!.Value;
        var parameters = fields.Parameters;
        var given = reader.TryRead(parameters, out var read)
            ? read
            : new FieldReader(NoParameters, parameters.Members, parameters.Name, reader.Errors);
        given.RefuseUnsupported();
        var settings = ReadSettings(given, parameters) with { PromptTokens = Encode(inputs, given) };
        var details = given.Read(parameters.Details)!.Value;
        var bestOf = (int)given.Read(parameters.BestOf)!.Value;
        var echo = details && given.Read(parameters.DecoderInputDetails)!.Value;
        Require(!stream || bestOf == 1, parameters.BestOf, reader.Errors);
        Require(!stream || !echo, parameters.DecoderInputDetails, reader.Errors);
        reader.Errors.ThrowIfAny();
        var prefix = given.Read(parameters.ReturnFullText)!.Value ? host.Model.Tokenizer.Normalize(inputs) : "";
        var texts = Enumerable.Range(0, bestOf).Select(i => settings with
        {
            Seed = (settings.Seed + i) & GenerationFields.MaxSeed,
            Echo = echo,
        });
        return new([.. texts], stream, details, prefix);
    }

    private GenerationSettings ReadSettings(FieldReader reader, TgiParametersField parameters)
    {
        var settings = shared.ReadSettings(
            reader,
            (int)(reader.Read(parameters.MaxNewTokens) ?? 0),
            reader.Read(parameters.Seed));
        settings = settings with { Alternatives = (int)reader.Read(parameters.TopNTokens)!.Value };
        return reader.Read(parameters.DoSample) == false
            ? settings with { Sampling = settings.Sampling with { Temperature = 0 } }
            : settings;
    }

    private int[] Encode(string inputs, FieldReader parameters)
    {
        var most = engine.Value.MaxPromptTokens;
        if (!parameters.TryRead(fields.Parameters.Truncate, out var truncate))
        {
            return TokenRules.Encode(host.Model.Tokenizer, inputs, fields.Inputs.Name, most, parameters.Errors);
        }

        var tokens = TokenRules.Encode(
            host.Model.Tokenizer, inputs, fields.Inputs.Name, int.MaxValue, parameters.Errors);
        return tokens[^(int)Math.Min(truncate!.Value, tokens.Length)..];
    }

    private static void Require(bool holds, Field field, FieldErrors errors)
    {
        if (!holds)
        {
            errors.Add($"parameters.{field.Name}", FieldErrorCodes.NotAvailable,
                $"`parameters.{field.Name}` does not go with a stream.");
        }
    }
}
