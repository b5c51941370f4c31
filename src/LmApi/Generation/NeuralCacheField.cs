using System.Diagnostics.CodeAnalysis;
using LmApi.Infrastructure.Fields;
using LmModel.Generation;

namespace LmApi.Generation;

/// <summary>The neural cache of a request.</summary>
/// <param name="maxSize">The most positions that it may remember.</param>
internal sealed class NeuralCacheField(int maxSize) : ObjectField<NeuralCacheSettings>
{
    private readonly IntegerField _size = new()
    {
        Name = "size",
        Required = true,
        Minimum = 1,
        Maximum = maxSize,
        Aliases = ["window", "n"],
        Description = "How many of the last positions of prompt and text are remembered.",
        Example = 500,
    };

    private readonly NumberField _theta = new()
    {
        Name = "theta",
        Required = true,
        Minimum = 0,
        Maximum = NeuralCacheSettings.MaxTheta,
        Description = "How strongly similarity counts; with 0 all positions count the same.",
        Example = 0.3f,
    };

    private readonly NumberField _lambda = new()
    {
        Name = "lambda",
        Required = true,
        Minimum = 0,
        Maximum = 1,
        ExclusiveMaximum = true,
        Description = "The weight of the cache in the mixture; 0 is the model alone.",
        Example = 0.1f,
    };

    public override IReadOnlyList<Field> Members => [_size, _theta, _lambda];

    protected override bool TryRead(FieldReader reader, [MaybeNullWhen(false)] out NeuralCacheSettings result)
    {
        // All three are read, so that all errors are reported.
        var valid =
            reader.TryRead(_size, out var size)
            & reader.TryRead(_theta, out var theta)
            & reader.TryRead(_lambda, out var lambda);
        result = valid ? new((int)size!.Value, theta!.Value, lambda!.Value) : null;
        return valid;
    }
}
