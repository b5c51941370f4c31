using System.Text.Json;
using LmApi.Infrastructure.Fields;
using LmApi.Infrastructure.Problems;
using LmApi.Models;
using LmModel.Explanation;
using LmModel.Files;
using LmModel.Networks;
using Microsoft.Extensions.Options;

namespace LmApi.Explanation;

/// <summary>Parses a body into a valid request, or reports everything that is wrong with it.</summary>
internal sealed class ExplainRequestParser(
    ModelHost host, ExplainFields fields, IOptions<ExplanationOptions> options, IOptions<EngineOptions> engine)
{
    private Cell Cell => host.Model.Folder.Config.Cell;

    /// <returns>A request whose target is empty if the body has none.</returns>
    /// <exception cref="ProblemException">422 with all errors.</exception>
    public ExplanationRequest Parse(JsonElement body)
    {
        var reader = new FieldReader(body, fields);
        var most = Math.Min(options.Value.MaxPromptTokens, engine.Value.MaxPromptTokens - 1);
        var prompt = Tokens(reader, fields.Prompt, most) ?? [];
        var target = Tokens(reader, fields.Target, engine.Value.MaxPromptTokens - most) ?? [];
        var against = Tokens(reader, fields.Against, engine.Value.MaxPromptTokens - most);
        var methods = reader.TryRead(fields.Methods, out var names) ? Methods(names, reader.Errors) : [];
        reader.Errors.ThrowIfAny();
        return new(prompt, target, against, methods is [] ? ExplanationRequest.DefaultMethodsOf(Cell) : methods);
    }

    private int[]? Tokens(FieldReader reader, TextField field, int most) => reader.TryRead(field, out var text)
        ? TokenRules.Encode(host.Model.Tokenizer, text, field.Name, most, reader.Errors)
        : null;

    private List<ExplanationMethod> Methods(IReadOnlyList<string> names, FieldErrors errors)
    {
        var methods = new List<ExplanationMethod>();
        foreach (var (i, name) in names.Index())
        {
            var method = ExplainFields.MethodNames.IndexOf(name);
            if (method < 0)
            {
                var path = $"{fields.Methods.Name}[{i}]";
                errors.Add(
                    path,
                    FieldErrorCodes.OutOfRange,
                    $"`{path}` must be {NameLists.OneOf(ExplainFields.MethodNames)}.");
            }
            else if (!ExplanationRequest.MethodsOf(Cell).Contains((ExplanationMethod)method))
            {
                var path = $"{fields.Methods.Name}[{i}]";
                errors.Add(
                    path,
                    FieldErrorCodes.OutOfRange,
                    $"`{path}` is {name}, which is for LSTMs; {host.Model.Name} has {NameLists.Of(typeof(Cell))[(int)Cell]} cells.");
            }
            else if (!methods.Contains((ExplanationMethod)method))
            {
                methods.Add((ExplanationMethod)method);
            }
        }

        return methods;
    }
}
