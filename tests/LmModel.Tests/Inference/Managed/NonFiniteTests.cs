using LmModel.Evaluation;
using LmModel.Generation;
using LmModel.Inference;
using LmModel.Inference.Managed;
using LmModel.Networks;
using LmModel.Numerics;
using LmModel.Quantization;
using LmModel.Quantization.Measurement;
using LmModel.Tokenization;

namespace LmModel.Tests.Inference.Managed;

/// <summary>
/// NaN stays NaN in every cell, precision and vector width, until an error names it.
/// </summary>
public sealed class NonFiniteTests
{
    public static TheoryData<Cell, Precision> Networks
    {
        get
        {
            var data = new TheoryData<Cell, Precision>();
            foreach (var cell in Enum.GetValues<Cell>())
            {
                foreach (var precision in Enum.GetValues<Precision>())
                {
                    data.Add(cell, precision);
                }
            }

            return data;
        }
    }

    private static IEnumerable<StepKernels> Widths =>
    [
        StepKernels.Scalar,
        StepKernels.Vector128,
        .. Float256.IsSupported ? [StepKernels.Vector256] : Array.Empty<StepKernels>(),
        .. Float512.IsSupported ? [StepKernels.Vector512] : Array.Empty<StepKernels>(),
    ];

    /// <summary>
    /// Weights and token 3's embedding are finite, and their product in a row of the first layer is not. Whatever is
    /// read after it, in one call or several, no logit is a number; what is read beside it keeps its bits.
    /// </summary>
    [Theory]
    [MemberData(nameof(Networks))]
    public void An_overflowing_sum_becomes_NaN_and_does_not_affect_others(
        Cell cell,
        Precision precision)
    {
        foreach (var (row, sign) in Rows(cell))
        {
            var (_, weights) = Overflowing(cell, row, sign);
            foreach (var kernels in Widths)
            {
                foreach (var slice in new[] { 1, 2, 5 })
                {
                    using var model = new ManagedStepModel(weights, precision, threads: 2, kernels);
                    var (alone, expected) = Read(model, [[1, 2, 4, 1, 2]], slice);
                    var (states, logits) = Read(model, [[1, 2, 4, 1, 2], [1, 3, 4, 1, 2]], slice);

                    Assert.Equal(expected[0], logits[0]);
                    Assert.Equal(alone[0].Values, states[0].Values);
                    Assert.All(expected[0], logit => Assert.True(float.IsFinite(logit)));
                    Assert.All(logits[1], logit => Assert.False(float.IsFinite(logit), $"row {row}, slice {slice}"));

                    // The buffers remember nothing of it.
                    Assert.Equal(expected[0], Read(model, [[1, 2, 4, 1, 2]], slice).Logits[0]);
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Networks))]
    public void A_state_that_is_not_finite_gives_only_NaN(Cell cell, Precision precision)
    {
        var (_, weights) = RandomNetwork.Of(cell, 2, hidden: 37, embedding: 23, vocabulary: 29);
        foreach (var value in new[] { float.NaN, float.PositiveInfinity, float.NegativeInfinity })
        {
            foreach (var kernels in Widths)
            {
                using var model = new ManagedStepModel(weights, precision, threads: 1, kernels);
                for (var place = 0; place < model.StateSize; place += 11)
                {
                    var (state, logits) = (RecurrentState.Zero(model.StateSize), new float[29]);
                    state.Values[place] = value;
                    model.Step([1], [state], logits);
                    model.Step([2], [state], logits);
                    Assert.All(logits, logit => Assert.False(float.IsFinite(logit), $"{value} at {place}"));
                }
            }
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_generation_with_non_finite_logits_fails_with_their_position(bool echo)
    {
        var (_, weights) = Overflowing(Cell.Gru, 5, 1, vocabulary: 256);
        using var model = new ManagedStepModel(weights, Precision.Int8, threads: 1);
        using var engine = new GenerationEngine(model, new ByteTokenizer(), 0, new(), TimeProvider.System);
        GenerationSettings Settings(params int[] prompt) =>
            new()
            {
                PromptTokens = prompt,
                MaxTokens = 2,
                Seed = 1,
                Echo = echo,
            };

        var broken = engine.TryStart(Settings(1, 3, 1), default)!;
        var whole = engine.TryStart(Settings(1, 2), default)!;

        var error = await Assert.ThrowsAsync<NonFiniteLogitsException>(() => broken.Events.LastAsync().AsTask());
        Assert.Contains($"NaN at position {(echo ? 2 : 3)} of the text", error.Message);
        Assert.NotNull((await whole.Events.LastAsync()).Done);
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity)]
    public async Task A_single_non_finite_logit_fails_the_generation_even_if_it_would_not_be_drawn(float logit)
    {
        using var engine = new GenerationEngine(
            new FakeStepModel((_, memory, logits) => (logits[7], logits[9]) = (20, memory[0]++ < 2 ? 0 : logit)),
            new ByteTokenizer(), 0, new(), TimeProvider.System);
        var settings = new GenerationSettings
        {
            PromptTokens = [1],
            MaxTokens = 9,
            Seed = 1,
            Sampling = new() { Temperature = 0, TopK = 1 },
        };

        var error = await Assert.ThrowsAsync<NonFiniteLogitsException>(
            () => engine.TryStart(settings, default)!.Events.LastAsync().AsTask());

        Assert.Contains("token 9", error.Message);
        Assert.Contains("at position 3", error.Message);
    }

    [Theory]
    [InlineData(Protocol.ColdWindows, false)]
    [InlineData(Protocol.Contiguous, false)]
    [InlineData(Protocol.ColdWindows, true)]
    public void A_text_without_a_finite_loss_gets_no_score(Protocol protocol, bool cached)
    {
        var (_, weights) = Overflowing(Cell.Lstm, 5, 1, vocabulary: 256);
        int[] text = [.. Enumerable.Repeat(1, 30), 3, 1, 2];
        foreach (var precision in Enum.GetValues<Precision>())
        {
            using var model = new ManagedStepModel(weights, precision, threads: 1);
            var evaluator = new Evaluator(model, new ByteTokenizer(), cached ? new(5, 1, 0.5f) : null);

            var error = Assert.Throws<NonFiniteLogitsException>(() => evaluator.Evaluate(text, protocol, window: 8));

            Assert.Contains("at position 31 of the text", error.Message);
            Assert.True(double.IsFinite(evaluator.Evaluate(text[..31], protocol, window: 8).NatsPerToken));
        }
    }

    [Fact]
    public void A_precision_with_non_finite_logits_is_left_out_of_the_comparison()
    {
        var (_, weights) = RandomNetwork.Of(Cell.RnnTanh, 1, hidden: 20, embedding: 8, vocabulary: 256);
        var (_, broken) = Overflowing(Cell.RnnTanh, 5, 1, vocabulary: 256);
        int[] text = [1, 2, 3, 1];
        ManagedStepModel Open(Precision precision, Precision fails) => precision == fails
            ? new(broken, precision, 1)
            : new(weights, precision, 1);

        var results = PrecisionComparison.Measure(p => Open(p, Precision.Int8), new ByteTokenizer(), text);

        Assert.Equal([Precision.Fp32, Precision.Bf16], results.Select(r => r.Precision));
        Assert.Throws<NonFiniteLogitsException>(
            () => PrecisionComparison.Measure(p => Open(p, Precision.Fp32), new ByteTokenizer(), text));
    }

    /// <summary>A row of each gate, with sums that overflow up and down.</summary>
    private static IEnumerable<(int Row, float Sign)> Rows(Cell cell) =>
        from gate in Enumerable.Range(0, cell switch { Cell.Lstm => 4, Cell.Gru => 3, _ => 1 })
        from sign in new[] { 1f, -1f }
        select ((gate * 20) + 17, sign);

    private static (ModelConfig Config, NetworkWeights Weights) Overflowing(
        Cell cell, int row, float sign, int vocabulary = 29)
    {
        var (config, random) = RandomNetwork.Of(cell, 2, hidden: 20, embedding: 8, vocabulary: vocabulary);
        var weights = random.ByName();
        weights["rnn.weight_ih_l0"][row * 8] = sign * 1e30f;
        for (var token = 0; token < vocabulary; token++)
        {
            weights["embedding.weight"][token * 8] = token == 3 ? 1e30f : 0;
        }

        return (config, NetworkWeights.Of(config, weights));
    }

    private static (RecurrentState[] States, float[][] Logits) Read(ManagedStepModel model, int[][] texts, int slice)
    {
        var states = texts.Select(_ => RecurrentState.Zero(model.StateSize)).ToArray();
        var logits = new float[texts.Length * model.VocabularySize];
        for (var from = 0; from < texts[0].Length; from += slice)
        {
            var tokens = texts.SelectMany(text => text.Skip(from).Take(slice)).ToArray();
            model.Advance(tokens, [.. texts.Select(_ => tokens.Length / texts.Length)], states, logits);
        }

        return (states, [.. logits.Chunk(model.VocabularySize)]);
    }
}
