using System.Buffers;

namespace LmModel.Generation;

/// <summary>A text that grows by pieces, in memory of the pool.</summary>
internal sealed class PooledText : IDisposable
{
    private char[] _text = [];
    private int _length;

    public void Append(string piece)
    {
        if (_text.Length - _length < piece.Length)
        {
            var longer = ArrayPool<char>.Shared.Rent(Math.Max(256, 2 * (_length + piece.Length)));
            _text.AsSpan(0, _length).CopyTo(longer);
            Dispose();
            _text = longer;
        }

        piece.CopyTo(_text.AsSpan(_length));
        _length += piece.Length;
    }

    public override string ToString() => new(_text, 0, _length);

    /// <summary>Returns the memory; may be called twice.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _text, []) is { Length: > 0 } text)
        {
            ArrayPool<char>.Shared.Return(text);
        }
    }
}
