using System.Globalization;
using System.Runtime.InteropServices;

namespace LmModel.Networks;

/// <summary>
/// Finds weights that no network can compute with: NaN, infinities, and values that become infinite in bf16.
/// </summary>
internal sealed class WeightCheck(string name, IReadOnlyList<long> shape)
{
    /// <summary>
    /// The bits of the least magnitude that rounds to infinity in bf16: halfway from its largest number, 3.39e38.
    /// </summary>
    private const uint LeastUnusable = 0x7F7F_8000;

    private const uint SignBit = 0x8000_0000;

    private long _read, _first, _count;
    private float _value;

    /// <summary>
    /// What is wrong with the numbers that were read, with the index of the first one; null if they are valid.
    /// </summary>
    public string? Problem => _count == 0
        ? null
        : string.Create(
            CultureInfo.InvariantCulture,
            $"{name}{Place(shape, _first)} is {_value}{(_count > 1 ? $" (the first of {_count} such numbers)" : "")}; "
                + $"a weight must be a number from -3.39e38 to 3.39e38");

    /// <summary>The same of a whole tensor.</summary>
    /// <param name="name">The tensor.</param>
    /// <param name="shape">Its dimensions.</param>
    /// <param name="values">Row by row.</param>
    public static string? ProblemOf(string name, IReadOnlyList<long> shape, ReadOnlySpan<float> values)
    {
        var check = new WeightCheck(name, shape);
        check.Read(values);
        return check.Problem;
    }

    /// <summary>Reads the next numbers of the tensor, row by row.</summary>
    public void Read(ReadOnlySpan<float> values)
    {
        var bits = MemoryMarshal.Cast<float, uint>(values);
        // A fast check with vector instructions, which nearly every tensor passes.
        if (bits.ContainsAnyInRange(LeastUnusable, ~SignBit)
            || bits.ContainsAnyInRange(LeastUnusable | SignBit, uint.MaxValue))
        {
            for (var i = 0; i < bits.Length; i++)
            {
                if ((bits[i] & ~SignBit) >= LeastUnusable)
                {
                    (_first, _value) = _count == 0 ? (_read + i, values[i]) : (_first, _value);
                    _count++;
                }
            }
        }

        _read += values.Length;
    }

    /// <summary>An element's index in each dimension: <c>[3, 17]</c>.</summary>
    /// <param name="shape">The dimensions.</param>
    /// <param name="element">Its number, row by row.</param>
    public static string Place(IReadOnlyList<long> shape, long element)
    {
        var (index, rest) = (new long[shape.Count], element);
        for (var dimension = shape.Count - 1; dimension >= 0; dimension--)
        {
            (rest, index[dimension]) = Math.DivRem(rest, shape[dimension]);
        }

        return $"[{string.Join(", ", index)}]";
    }
}
