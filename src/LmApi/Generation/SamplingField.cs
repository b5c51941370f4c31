using System.Text.Json.Nodes;
using LmApi.Infrastructure.Fields;
using LmModel.Sampling;

namespace LmApi.Generation;

/// <summary>The member of a request that sets a sampling parameter.</summary>
/// <param name="Parameter">The declaration of its name, range and default.</param>
/// <param name="Field">The member.</param>
/// <param name="Read">The value given or the default, of the parameter's own type.</param>
internal sealed record SamplingField(SamplingParameter Parameter, Field Field, Func<FieldReader, object> Read)
{
    public static SamplingField Of(SamplingParameter parameter) =>
        parameter.Choices.Count > 0 ? Choice(parameter) : parameter.IsInteger ? Integer(parameter) : Number(parameter);

    private static SamplingField Choice(SamplingParameter parameter)
    {
        var field = new IntegerChoiceField
        {
            Name = parameter.Name,
            Choices = [.. parameter.Choices],
            Default = (int)parameter.Default,
            Reason = parameter.Reason,
            Aliases = parameter.Aliases,
            Description = parameter.Sentence,
        };
        return new(parameter, field, reader => (int)(reader.Read(field) ?? 0));
    }

    private static SamplingField Integer(SamplingParameter parameter)
    {
        var field = new IntegerField
        {
            Name = parameter.Name,
            Minimum = (long)parameter.Least,
            Maximum = (long)parameter.Most,
            Default = (int)parameter.Default,
            Aliases = parameter.Aliases,
            Description = parameter.Sentence,
            Example = parameter.Example is { } example ? JsonValue.Create((long)example) : null,
        };
        return new(parameter, field, reader => (int)(reader.Read(field) ?? 0));
    }

    private static SamplingField Number(SamplingParameter parameter)
    {
        var field = new NumberField
        {
            Name = parameter.Name,
            Minimum = parameter.Least,
            ExclusiveMinimum = parameter.Above,
            Maximum = parameter.Most,
            Default = (float)parameter.Default,
            Aliases = parameter.Aliases,
            Description = parameter.Sentence,
            Example = parameter.Example is { } example ? JsonValue.Create((float)example) : null,
        };
        return new(parameter, field, reader => reader.Read(field) ?? 0f);
    }
}
