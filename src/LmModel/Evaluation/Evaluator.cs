using LmModel.Networks;
using LmModel.Tokenization;
using static TorchSharp.torch;

namespace LmModel.Evaluation;

/// <summary>Scores a text with a network. The first token of a window or text is given, every other one is predicted.</summary>
public sealed class Evaluator(LanguageModel model, Tokenizer tokenizer)
{
    /// <summary>Tokens of a cold window, as nanoGPT's character models have.</summary>
    public const int DefaultWindow = 256;

    /// <summary>Windows scored side by side; bounds memory, does not change the figures beyond rounding.</summary>
    private const int WindowsAtOnce = 64;

    /// <summary>Tokens read at once by the contiguous protocol.</summary>
    private const int ChunkLength = 1024;

    /// <param name="tokens">At least 2 ids.</param>
    /// <param name="protocol">How to score them.</param>
    /// <param name="window">Predictions of a cold window, at least 1.</param>
    /// <param name="cancellation">Ends the evaluation between two batches.</param>
    /// <exception cref="ArgumentException">There is nothing to predict.</exception>
    public EvaluationResult Evaluate(
        int[] tokens, Protocol protocol, int window = DefaultWindow, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(window, 1);
        if (tokens.Length < 2)
        {
            throw new ArgumentException($"A text of {tokens.Length} tokens leaves nothing to predict; 2 are the least.", nameof(tokens));
        }

        var nats = Nats(tokens, protocol, window, cancellation);
        var predicted = tokens.AsSpan(1);
        var bytes = 0L;
        foreach (var id in predicted)
        {
            bytes += tokenizer.TokenBytes(id).Length;
        }

        var characters = tokenizer.Decode(predicted).EnumerateRunes().LongCount();
        return new EvaluationResult(
            protocol, protocol is Protocol.ColdWindows ? window : 0, predicted.Length, nats, characters, bytes);
    }

    private double Nats(int[] tokens, Protocol protocol, int window, CancellationToken cancellation)
    {
        using var inference = inference_mode();
        var wasTraining = model.training;
        model.eval();
        try
        {
            return protocol is Protocol.ColdWindows
                ? ColdWindows(tokens, window, cancellation)
                : Contiguous(tokens, cancellation);
        }
        finally
        {
            model.train(wasTraining);
        }
    }

    private double ColdWindows(int[] tokens, int window, CancellationToken cancellation)
    {
        var nats = 0.0;
        for (var start = 0; start < tokens.Length - 1;)
        {
            cancellation.ThrowIfCancellationRequested();
            var left = tokens.Length - 1 - start;
            var length = Math.Min(window, left);                              // the last window may be shorter
            var rows = Math.Clamp(left / window, 1, WindowsAtOnce);
            var (pieceNats, state) = Score(tokens, start, rows, length, state: null);
            state.Dispose();
            nats += pieceNats;
            start += rows * length;
        }

        return nats;
    }

    private double Contiguous(int[] tokens, CancellationToken cancellation)
    {
        var nats = 0.0;
        TensorState? state = null;
        for (var start = 0; start < tokens.Length - 1; start += ChunkLength)
        {
            cancellation.ThrowIfCancellationRequested();
            var length = Math.Min(ChunkLength, tokens.Length - 1 - start);
            var (chunkNats, next) = Score(tokens, start, 1, length, state);
            state?.Dispose();
            (nats, state) = (nats + chunkNats, next);
        }

        state?.Dispose();
        return nats;
    }

    /// <summary>
    /// Reads <paramref name="rows"/> adjoining pieces of <paramref name="length"/> tokens side by side. The caller owns
    /// the state after them.
    /// </summary>
    private (double Nats, TensorState State) Score(int[] tokens, int start, int rows, int length, TensorState? state)
    {
        using var scope = NewDisposeScope();
        var inputs = Ids(tokens, start, rows, length);                        // (B, T)
        var targets = Ids(tokens, start + 1, rows, length);                   // (B, T)
        var (logits, next) = model.Forward(inputs, state);                    // (B, T, V)
        var losses = nn.functional.cross_entropy(
            logits.view(-1, logits.shape[^1]), targets.view(-1), reduction: nn.Reduction.None);
        return (losses.to(ScalarType.Float64).sum().item<double>(), next.Detach());
    }

    private static Tensor Ids(int[] tokens, int start, int rows, int length) =>
        tensor(Array.ConvertAll(tokens[start..(start + rows * length)], id => (long)id)).view(rows, length);
}
