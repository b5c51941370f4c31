using LmModel.Evaluation;
using LmModel.Generation;
using LmModel.Inference.Managed;
using LmModel.Inference.Torch;
using LmModel.Networks;
using LmModel.Quantization;
using LmModel.Tokenization;

namespace LmModel.Tests.Evaluation;

public sealed class EvaluatorTests : IDisposable
{
    private readonly PyTorchFixture _fixture = PyTorchFixture.Load("lstm");
    private readonly LanguageModel _model;
    private readonly Tokenizer _tokenizer = CharacterTokenizer.FromCorpus("abcdefghé🦆k");
    private readonly int[] _row;

    private static int[] Repetitive { get; } = [.. Enumerable.Range(0, 700).Select(i => (i % 9) * (i % 9) % 11)];

    public EvaluatorTests()
    {
        _model = new LanguageModel(_fixture.Config);
        _model.LoadWeights(_fixture.Network);
        _row = [.. Enumerable.Range(0, _fixture.Time).Select(t => (int)_fixture.Tokens[0, t])];
    }

    public void Dispose() => _model.Dispose();

    [Fact]
    public void The_contiguous_protocol_carries_the_state_and_predicts_every_token_but_the_first()
    {
        var expected = Enumerable.Range(0, _row.Length - 1).Sum(t => NatsOf(_fixture.LogitsAt(0, t), _row[t + 1]));

        var result = new Evaluator(_model, _tokenizer).Evaluate(_row, Protocol.Contiguous);

        Assert.Equal(expected, result.Nats, 1e-4);
        Assert.Equal(_row.Length - 1, result.Tokens);
        Assert.Equal(Math.Exp(expected / result.Tokens), result.Perplexity, 1e-3);
    }

    [Fact]
    public void A_window_as_long_as_the_text_equals_the_contiguous_protocol()
    {
        var evaluator = new Evaluator(_model, _tokenizer);

        Assert.Equal(
            evaluator.Evaluate(_row, Protocol.Contiguous).Nats,
            evaluator.Evaluate(_row, Protocol.ColdWindows, window: 100).Nats, 1e-5);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(4)]
    public void Cold_windows_are_scored_independently(int window)
    {
        int[] text = [.. _row, .. _row, .. _row, 1];
        var evaluator = new Evaluator(_model, _tokenizer);
        var expected = 0.0;
        for (var start = 0; start < text.Length - 1; start += window)
        {
            expected += evaluator
                .Evaluate(text[start..Math.Min(start + window + 1, text.Length)], Protocol.Contiguous)
                .Nats;
        }

        var result = evaluator.Evaluate(text, Protocol.ColdWindows, window);

        Assert.Equal(expected, result.Nats, 1e-4);
        Assert.Equal(text.Length - 1, result.Tokens);
    }

    /// <summary>A text of some whole windows and a shorter one.</summary>
    [Theory]
    [InlineData(Protocol.ColdWindows, 1)]
    [InlineData(Protocol.ColdWindows, 7)]
    [InlineData(Protocol.Contiguous, 1)]
    public void The_decoder_and_the_network_give_the_same_loss(Protocol protocol, int window)
    {
        int[] text = [.. Enumerable.Range(0, 1500).Select(i => i * i % 11)];
        using var decoder = new ManagedStepModel(_fixture.Network, Precision.Fp32, threads: 2);

        var result = new Evaluator(decoder, _tokenizer).Evaluate(text, protocol, window);

        var expected = new Evaluator(_model, _tokenizer).Evaluate(text, protocol, window);
        Assert.Equal(expected.NatsPerToken, result.NatsPerToken, 1e-5);
        Assert.Equal(expected with { Nats = result.Nats, Pieces = result.Pieces }, result);
        Assert.Equal(result.Nats, result.Pieces.Sum(p => p.Nats), 1e-9);
    }

    [Fact]
    public void The_number_of_threads_does_not_change_a_bit_of_a_loss()
    {
        int[] text = [.. Enumerable.Range(0, 300).Select(i => i * 7 % 11)];
        Assert.Equal(Nats(threads: 1), Nats(threads: 3));

        double Nats(int threads)
        {
            using var decoder = new ManagedStepModel(_fixture.Network, Precision.Int8, threads);
            return new Evaluator(decoder, _tokenizer).Evaluate(text, Protocol.ColdWindows, window: 10).Nats;
        }
    }

    /// <summary>The model's weights are random: what repeats is news to it each time, and not to the cache.</summary>
    [Theory]
    [InlineData(Protocol.Contiguous)]
    [InlineData(Protocol.ColdWindows)]
    public void A_neural_cache_lowers_the_loss_of_a_repetitive_text(Protocol protocol)
    {
        using var decoder = new ManagedStepModel(_fixture.Network, Precision.Fp32, threads: 1);

        var alone = new Evaluator(decoder, _tokenizer).Evaluate(Repetitive, protocol);
        var cached = new Evaluator(decoder, _tokenizer, new(50, 1, 0.3f)).Evaluate(Repetitive, protocol);

        Assert.InRange(cached.NatsPerToken, 0, alone.NatsPerToken - 0.1);
        Assert.Equal(alone with { Nats = cached.Nats, Pieces = cached.Pieces }, cached);
    }

    [Fact]
    public void Both_engines_give_the_same_loss_with_a_neural_cache()
    {
        using var decoder = new ManagedStepModel(_fixture.Network, Precision.Fp32, threads: 1);
        using var torch = new TorchStepModel(_fixture.Network);
        var cache = new NeuralCacheSettings(30, 0.7f, 0.2f);

        Assert.Equal(
            new Evaluator(torch, _tokenizer, cache).Evaluate(Repetitive, Protocol.Contiguous).NatsPerToken,
            new Evaluator(decoder, _tokenizer, cache).Evaluate(Repetitive, Protocol.Contiguous).NatsPerToken, 1e-5);
    }

    [Fact]
    public void A_cold_window_starts_with_an_empty_neural_cache()
    {
        using var decoder = new ManagedStepModel(_fixture.Network, Precision.Fp32, threads: 1);
        var evaluator = new Evaluator(decoder, _tokenizer, new(50, 1, 0.3f));
        var expected = 0.0;
        for (var start = 0; start < Repetitive.Length - 1; start += 40)
        {
            expected += evaluator
                .Evaluate(Repetitive[start..Math.Min(start + 41, Repetitive.Length)], Protocol.Contiguous)
                .Nats;
        }

        Assert.Equal(expected, evaluator.Evaluate(Repetitive, Protocol.ColdWindows, window: 40).Nats, 1e-9);
    }

    [Theory]
    [InlineData(Protocol.Contiguous)]
    [InlineData(Protocol.ColdWindows)]
    public void A_search_gives_the_same_as_each_neural_cache_alone(Protocol protocol)
    {
        using var decoder = new ManagedStepModel(_fixture.Network, Precision.Fp32, threads: 1);

        var (alone, cached) = NeuralCacheSearch.Run(decoder, _tokenizer, Repetitive, size: 20, protocol, window: 100);

        Assert.Equal(new Evaluator(decoder, _tokenizer).Evaluate(Repetitive, protocol, 100), alone);
        Assert.Equal(NeuralCacheSearch.Thetas.Count * NeuralCacheSearch.Lambdas.Count, cached.Count);
        foreach (var (settings, loss) in cached.Where((_, i) => i % 13 == 0))
        {
            var expected = new Evaluator(decoder, _tokenizer, settings).Evaluate(Repetitive, protocol, 100);
            Assert.Equal(expected.NatsPerToken, loss.NatsPerToken, 1e-5);
            Assert.Equal(expected with { Nats = loss.Nats, Pieces = [] }, loss);
        }
    }

    [Fact]
    public void Evaluation_restores_training_mode()
    {
        _model.train();
        new Evaluator(_model, _tokenizer).Evaluate(_row, Protocol.Contiguous);
        Assert.True(_model.training);
    }

    [Fact]
    public void Bits_are_reported_per_character_and_per_byte()
    {
        var ids = _tokenizer.Encode("aé🦆");

        var result = new Evaluator(_model, _tokenizer).Evaluate(ids, Protocol.Contiguous);

        Assert.Equal((2, 2, 6), (result.Tokens, result.Characters, result.Bytes));
        Assert.Equal(result.Nats / Math.Log(2) / 6, result.BitsPerByte, 1e-12);
    }

    [Theory]
    [InlineData(" a é \n", 5, 4)]
    [InlineData("a  é\n", 5, 4)]
    [InlineData("a\u00a0é", 4, 2)]
    [InlineData("é 😀", 7, 3)]
    public void Bytes_and_characters_of_the_original_text_are_counted_from_the_second_token(
        string text,
        int bytes,
        int characters)
    {
        var tokens = new EvaluationResult(Protocol.Contiguous, 0, 2, 7.5, Characters: 99, Bytes: 99);

        var result = tokens.OfText(text, " a"u8);

        Assert.Equal(tokens with { Characters = characters, Bytes = bytes }, result);
    }

    [Fact]
    public void A_text_that_equals_its_tokens_has_the_same_figures()
    {
        var result = new Evaluator(_model, _tokenizer).Evaluate(_tokenizer.Encode("🦆aé"), Protocol.Contiguous);

        Assert.Equal(result, result.OfText("🦆aé", "🦆"u8));
    }

    [Fact]
    public void A_network_reads_only_as_much_at_once_as_its_logits_may_take()
    {
        int[] text = [.. Enumerable.Range(0, 41).Select(i => i * 7 % 11)];

        Assert.Equal(Nats(maxLogits: int.MaxValue), Nats(maxLogits: 2 * 11 * 3), (a, b) => Math.Abs(a - b) < 1e-4);
        Assert.Equal(Nats(maxLogits: int.MaxValue), Nats(maxLogits: 1), (a, b) => Math.Abs(a - b) < 1e-4);

        double[] Nats(int maxLogits)
        {
            using var scorer = new NetworkScorer(_model, maxLogits);
            scorer.Begin(texts: 2);
            var nats = new double[40];
            scorer.Score(text.AsSpan(0, 21), 10, nats.AsSpan(0, 20), CancellationToken.None);
            scorer.Score(text.AsSpan(20, 21), 10, nats.AsSpan(20), CancellationToken.None);
            return nats;
        }
    }

    [Fact]
    public void Reading_a_long_text_in_chunks_does_not_change_the_loss()
    {
        int[] text = [.. Enumerable.Range(0, 3000).Select(i => i * 7 % 11)];
        var evaluator = new Evaluator(_model, _tokenizer);

        Assert.Equal(
            evaluator.Evaluate(text, Protocol.ColdWindows, window: 2999).Nats,
            evaluator.Evaluate(text, Protocol.Contiguous).Nats, 1e-2);
    }

    [Fact]
    public void One_token_leaves_nothing_to_predict() =>
        Assert.Throws<ArgumentException>(() => new Evaluator(_model, _tokenizer).Evaluate([1], Protocol.Contiguous));

    private static double NatsOf(ReadOnlySpan<float> logits, int id)
    {
        var sum = 0.0;
        foreach (var l in logits)
        {
            sum += Math.Exp(l);
        }

        return Math.Log(sum) - logits[id];
    }
}
