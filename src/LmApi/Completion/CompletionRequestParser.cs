using System.Text.Json;
using LmApi.Infrastructure.Fields;
using LmApi.Infrastructure.Problems;
using LmApi.Models;
using LmModel.Completion;
using LmModel.Guard;
using Microsoft.Extensions.Options;

namespace LmApi.Completion;

/// <summary>Parses a body into a valid request, or reports everything that is wrong with it.</summary>
internal sealed class CompletionRequestParser(
    ModelHost host, CompletionFields fields, IOptions<EngineOptions> engine, IOptions<GuardOptions> guard)
{
    /// <exception cref="ProblemException">422 with all errors.</exception>
    public CompletionRequest Parse(JsonElement body)
    {
        var reader = new FieldReader(body, fields);
        var valid = reader.TryRead(fields.Text, out var text);
        if (valid)
        {
            TokenRules.Encode(
                host.Model.Tokenizer, text!, fields.Text.Name, engine.Value.MaxPromptTokens, reader.Errors);
        }

        var count = reader.Read(fields.Count);
        var until = reader.Read(fields.Until) == CompletionFields.Line ? CompletionUnit.Line : CompletionUnit.Word;
        var words = reader.Read(fields.Words);
        if (until is CompletionUnit.Line && words > 1)
        {
            reader.Errors.Add(
                fields.Words.Name,
                FieldErrorCodes.OutOfRange,
                $"`{fields.Words.Name}` must be 1 with `{fields.Until.Name}` \"{CompletionFields.Line}\".",
                limit: new() { Minimum = 1, Maximum = 1 });
        }

        reader.Errors.ThrowIfAny();
        return host.Completer.Request(text!, (int)count!.Value, until, (int)words!.Value) with
        {
            Guard = guard.Value.Verbatim is { } run ? VerbatimRule.Of(host.Model.Folder.Guard, run) : null,
        };
    }
}
