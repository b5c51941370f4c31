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
    /// <param name="parameter">The parameter.</param>
    /// <param name="defaults">The model's own settings.</param>
    public static SamplingField Of(SamplingParameter parameter, SamplingSettings defaults)
    {
        var value = parameter.Of(defaults);
        return parameter.Choices.Count > 0 ? Choice(parameter, (int)value)
            : parameter.IsInteger ? Integer(parameter, (int)value)
            : Number(parameter, (float)value);
    }

    private static SamplingField Choice(SamplingParameter parameter, int value)
    {
        var field = new IntegerChoiceField
        {
            Name = parameter.Name,
            Choices = [.. parameter.Choices],
            Default = value,
            Reason = parameter.Reason,
            Aliases = parameter.Aliases,
            Description = parameter.Sentence,
        };
        return new(parameter, field, reader => (int)(reader.Read(field) ?? 0));
    }

    private static SamplingField Integer(SamplingParameter parameter, int value)
    {
        var field = new IntegerField
        {
            Name = parameter.Name,
            Minimum = (long)parameter.Least,
            Maximum = (long)parameter.Most,
            Default = value,
            Aliases = parameter.Aliases,
            Description = parameter.Sentence,
            Example = parameter.Example is { } example ? JsonValue.Create((long)example) : null,
        };
        return new(parameter, field, reader => (int)(reader.Read(field) ?? 0));
    }

    private static SamplingField Number(SamplingParameter parameter, float value)
    {
        var field = new NumberField
        {
            Name = parameter.Name,
            Minimum = parameter.Least,
            ExclusiveMinimum = parameter.Above,
            Maximum = parameter.Most,
            Default = value,
            Aliases = parameter.Aliases,
            Description = parameter.Sentence,
            Example = parameter.Example is { } example ? JsonValue.Create((float)example) : null,
        };
        return new(parameter, field, reader => reader.Read(field) ?? 0f);
    }
}
