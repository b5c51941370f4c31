namespace LmModel.Inference;

/// <summary>
/// The memory of a recurrent model, of everything that it has read: L · <c>StateVectors</c> · H floats, whatever the
/// length. Layout: layer 0 h, (layer 0 c), layer 1 h, (layer 1 c), … A small value, owned by its holder.
/// </summary>
internal sealed class RecurrentState
{
    private readonly float[] _values;

    private RecurrentState(float[] values) => _values = values;

    /// <summary>The numbers themselves; a step overwrites them in place.</summary>
    public Span<float> Values => _values;

    /// <summary>The zero state of a model whose states have <paramref name="size"/> floats.</summary>
    public static RecurrentState Zero(int size) => new(new float[size]);

    /// <summary>An independent copy: forking a text costs this.</summary>
    public RecurrentState Clone() => new([.. _values]);
}
