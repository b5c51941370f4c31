using System.Text.Json;
using LmApi.Infrastructure.Fields;
using LmApi.Infrastructure.Problems;
using LmApi.Models;
using LmModel.Inference;
using Microsoft.Extensions.Options;

namespace LmApi.Units;

/// <summary>What a body asks for.</summary>
/// <param name="Tokens">The text.</param>
/// <param name="Units">Units of the model, each with the feature that it was asked for by.</param>
internal sealed record StatesWork(int[] Tokens, IReadOnlyList<UnitChoice> Units);

/// <summary>Parses a body into valid work, or reports everything that is wrong with it.</summary>
internal sealed class StatesRequestParser(
    ModelHost host, StatesFields fields, IOptions<UnitsOptions> options, IOptions<EngineOptions> engine)
{
    /// <exception cref="ProblemException">422 with all errors.</exception>
    public StatesWork Parse(JsonElement body)
    {
        var reader = new FieldReader(body, fields);
        var most = Math.Min(options.Value.MaxTextTokens, engine.Value.MaxPromptTokens);
        var tokens = reader.TryRead(fields.Text, out var text)
            ? TokenRules.Encode(host.Model.Tokenizer, text, fields.Text.Name, most, reader.Errors)
            : [];
        var units = new List<UnitChoice>();
        foreach (var (i, choice) in reader.TryRead(fields.Units, out var choices) ? choices.Index() : [])
        {
            units.Add(Known(choice, $"{fields.Units.Name}[{i}]", reader.Errors));
        }

        reader.Errors.ThrowIfAny();
        return new(tokens, units);
    }

    /// <summary>The choice with its place; adds an error if the model has no such unit.</summary>
    private UnitChoice Known(UnitChoice choice, string path, FieldErrors errors)
    {
        if (choice.Feature is { } feature)
        {
            var found = host.Model.Folder.Units?.Units ?? [];
            if (found.FirstOrDefault(unit => unit.Feature == feature) is { } unit)
            {
                return choice with { Place = new(unit.Layer, unit.Unit) };
            }

            var known = found.Count == 0 ? "no unit was found" : string.Join(", ", found.Select(u => $"`{u.Feature}`"));
            errors.Add(
                path,
                FieldErrorCodes.OutOfRange,
                $"`{path}` must be a place, or a feature that a unit of the model was found for: {known}.");
            return choice;
        }

        var layout = HiddenLayout.Of(host.Model.StepModel);
        Require(choice.Place.Layer, layout.Layers, $"{path}.layer", errors);
        Require(choice.Place.Unit, layout.Units, $"{path}.unit", errors);
        return choice;
    }

    private static void Require(int value, int count, string path, FieldErrors errors)
    {
        if (value >= count)
        {
            errors.Add(
                path,
                FieldErrorCodes.OutOfRange,
                $"`{path}` must be an integer from 0 to {count - 1}.",
                limit: new() { Minimum = 0, Maximum = count - 1 });
        }
    }
}
