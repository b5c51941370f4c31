using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using LmModel.Checkpoints;
using LmModel.Inference;
using LmModel.Inference.Managed;
using LmModel.Inference.Torch;
using LmModel.Networks;
using LmModel.Numerics;
using LmModel.Quantization;

namespace LmModel.Tests.Inference.Managed;

public sealed class ManagedStepModelTests
{
    private const float Tolerance = 1e-5f;

    public static TheoryData<string> Fixtures => PyTorchFixture.Names;

    /// <summary>
    /// Every cell in every precision, with sizes that fill no panel and no pair, with and without a table.
    /// </summary>
    public static TheoryData<Cell, Precision, int> Networks
    {
        get
        {
            var data = new TheoryData<Cell, Precision, int>();
            foreach (var cell in Enum.GetValues<Cell>())
            {
                foreach (var precision in Enum.GetValues<Precision>())
                {
                    data.Add(cell, precision, 1);
                    data.Add(cell, precision, 3);
                }
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Fixtures))]
    public void Stepping_a_text_matches_the_logits_and_state_of_PyTorch(string name)
    {
        var fixture = PyTorchFixture.Load(name);
        using var model = new ManagedStepModel(fixture.Network, Precision.Fp32, threads: 2);
        var logits = new float[model.VocabularySize];
        for (var b = 0; b < fixture.Batch; b++)
        {
            var state = RecurrentState.Zero(model.StateSize);
            for (var t = 0; t < fixture.Time; t++)
            {
                model.Step([(int)fixture.Tokens[b, t]], [state], logits);
                StepModelAssert.Close(fixture.LogitsAt(b, t), logits, Tolerance);
            }

            StepModelAssert.Close(fixture.FinalState(b), state.Values, Tolerance);
        }
    }

    [Theory]
    [MemberData(nameof(Networks))]
    public void Results_are_identical_for_any_batch_order_threads_and_slices(Cell cell, Precision precision, int layers)
    {
        var (config, weights) = RandomNetwork.Of(cell, layers, hidden: 37, embedding: 23, vocabulary: 29);
        using var reference = new ManagedStepModel(weights, precision, threads: 1);
        using var model = new ManagedStepModel(weights, precision, threads: 3);
        var random = new Random(layers);
        var texts = Enumerable.Range(0, 21).Select(_ => RandomTokens(random, 1 + random.Next(40), 29)).ToArray();
        var expected = texts.Select(text => OneByOne(reference, text)).ToArray();

        for (var round = 0; round < 4; round++)
        {
            var actual = InCompany(model, texts, random);
            for (var i = 0; i < texts.Length; i++)
            {
                Assert.Equal(expected[i].Logits, actual[i].Logits);
                Assert.Equal(expected[i].State, actual[i].State);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Networks))]
    public void All_vector_widths_match_the_scalar_code_bit_for_bit(Cell cell, Precision precision, int layers)
    {
        var (config, weights) = RandomNetwork.Of(cell, layers, hidden: 37, embedding: 23, vocabulary: 29);
        var random = new Random(layers);
        var texts = Enumerable.Range(0, 13).Select(_ => RandomTokens(random, 1 + random.Next(6), 29)).ToArray();
        using var oracle = new ManagedStepModel(weights, precision, threads: 1, StepKernels.Scalar);
        var expected = InCompany(oracle, texts, new Random(1));

        Assert.All(Widths(), kernels =>
        {
            using var model = new ManagedStepModel(weights, precision, threads: 1, kernels);
            var actual = InCompany(model, texts, new Random(1));
            for (var i = 0; i < texts.Length; i++)
            {
                Assert.Equal(expected[i].Logits, actual[i].Logits);
                Assert.Equal(expected[i].State, actual[i].State);
            }
        });
    }

    [Fact]
    public void The_product_of_pairs_agrees_with_its_instruction()
    {
        Assert.SkipUnless(Sse2.IsSupported, "compares with an instruction of x86");
        var random = new Random(1);
        for (var i = 0; i < 1000; i++)
        {
            var (weights, pair) = (RandomShorts(random, 128), RandomShorts(random, 32768));
            Assert.Equal(
                Sse2.MultiplyAddAdjacent(weights, pair), Integer128.PlainProduct(weights.AsInt32(), pair.AsInt32()));
        }
    }

    [Theory]
    [InlineData("tiny")]
    [InlineData("shakespeare")]
    [InlineData("fairy-tales")]
    public void The_torch_and_managed_engines_agree_on_the_shipped_models(string name)
    {
        var folder = ModelFolder.Open(Path.Combine(Repository.Root, "models", name));
        using var torch = new TorchStepModel(folder.ReadWeights());
        using var managed = new ManagedStepModel(folder.ReadWeights(), Precision.Fp32, threads: 2);
        var (expected, actual) = (new float[torch.VocabularySize], new float[torch.VocabularySize]);
        var (a, b) = (RecurrentState.Zero(torch.StateSize), RecurrentState.Zero(torch.StateSize));
        foreach (var token in folder.Tokenizer.Encode("ROMEO:\nBut, soft! what light through yonder window breaks?\n"))
        {
            torch.Step([token], [a], expected);
            managed.Step([token], [b], actual);
            StepModelAssert.Close(expected, actual, 1e-4f);
        }
    }

    [Theory]
    [MemberData(nameof(Fixtures))]
    public void Rounded_weights_stay_close_to_the_exact_ones(string name)
    {
        var fixture = PyTorchFixture.Load(name);
        foreach (var (precision, tolerance) in new[] { (Precision.Bf16, 0.05f), (Precision.Int8, 0.05f) })
        {
            using var model = new ManagedStepModel(fixture.Network, precision, threads: 2);
            var (state, logits) = (RecurrentState.Zero(model.StateSize), new float[model.VocabularySize]);
            for (var t = 0; t < fixture.Time; t++)
            {
                model.Step([(int)fixture.Tokens[0, t]], [state], logits);
                StepModelAssert.Close(fixture.LogitsAt(0, t), logits, tolerance);
            }
        }
    }

    /// <summary>V · 64 floats a panel: above 32 MiB there is no table, and embeddings are multiplied.</summary>
    [Theory]
    [InlineData(Cell.Lstm)]
    [InlineData(Cell.Gru)]
    public void A_vocabulary_too_large_for_a_table_gives_the_same_results_up_to_rounding(Cell cell)
    {
        var (config, weights) = RandomNetwork.Of(cell, 2, hidden: 16, embedding: 7, vocabulary: 64);
        var large = config with { VocabularySize = 140_000 };
        var known = weights.ByName();
        var padded = NetworkWeights.Of(large, large.ParameterShapes.ToDictionary(p => p.Name, p =>
        {
            var values = new float[p.Shape.Aggregate(1L, (n, d) => n * d)];
            known[p.Name].CopyTo(values, 0);
            return values;
        }));
        foreach (var precision in Enum.GetValues<Precision>())
        {
            using var small = new ManagedStepModel(weights, precision, threads: 2);
            using var without = new ManagedStepModel(padded, precision, threads: 2);
            var (expected, actual) = (new float[64], new float[140_000]);
            var (a, b) = (RecurrentState.Zero(small.StateSize), RecurrentState.Zero(small.StateSize));
            foreach (var token in RandomTokens(new Random(1), 9, 64))
            {
                small.Step([token], [a], expected);
                without.Step([token], [b], actual);
                StepModelAssert.Close(expected, actual.AsSpan(0, 64), precision is Precision.Fp32 ? Tolerance : 0.05f);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Fixtures))]
    public void The_logits_are_computed_from_the_top_hidden_state(string name)
    {
        var fixture = PyTorchFixture.Load(name);
        using var model = new ManagedStepModel(fixture.Network, Precision.Fp32, threads: 1);

        StepModelAssert.TellsTheTopHiddenState(model, fixture);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(11)]
    public void An_unknown_token_id_is_refused_and_leaves_the_state_unchanged(int token)
    {
        var fixture = PyTorchFixture.Load("gru");
        using var model = new ManagedStepModel(fixture.Network, Precision.Fp32, threads: 2);

        StepModelAssert.RefusesWhatDoesNotFit(model, token);
    }

    private static IEnumerable<StepKernels> Widths()
    {
        if (Float512.IsSupported)
        {
            yield return StepKernels.Vector512;
        }

        if (Float256.IsSupported)
        {
            yield return StepKernels.Vector256;
        }

        yield return StepKernels.Vector128;
    }

    private static (float[] Logits, float[] State) OneByOne(ManagedStepModel model, int[] text)
    {
        var (state, logits) = (RecurrentState.Zero(model.StateSize), new float[model.VocabularySize]);
        foreach (var token in text)
        {
            model.Step([token], [state], logits);
        }

        return (logits, [.. state.Values]);
    }

    /// <summary>Reads the texts side by side, in slices, places and companies that chance picks.</summary>
    private static (float[] Logits, float[] State)[] InCompany(ManagedStepModel model, int[][] texts, Random random)
    {
        var results = texts
            .Select(_ => (Logits: Array.Empty<float>(), State: RecurrentState.Zero(model.StateSize)))
            .ToArray();
        var read = new int[texts.Length];
        while (
            Enumerable.Range(0, texts.Length).Where(i => results[i].Logits.Length == 0).ToArray()
                is { Length: > 0 } left)
        {
            var batch = random.GetItems(left, 1 + random.Next(left.Length)).Distinct().ToArray();
            var lengths = batch
                .Select(i => Math.Min(texts[i].Length - read[i], random.Next(4) is 0 ? 20 : 1))
                .ToArray();
            var order = Enumerable
                .Range(0, batch.Length)
                .OrderBy(i => read[batch[i]] + lengths[i] < texts[batch[i]].Length)
                .ToArray();
            (batch, lengths) = ([.. order.Select(i => batch[i])], [.. order.Select(i => lengths[i])]);
            var tokens = batch
                .Zip(lengths)
                .SelectMany(p => texts[p.First].Skip(read[p.First]).Take(p.Second))
                .ToArray();
            var ended = batch.Zip(lengths).Count(p => read[p.First] + p.Second == texts[p.First].Length);
            var logits = new float[ended * model.VocabularySize];
            model.Advance(tokens, lengths, [.. batch.Select(i => results[i].State)], logits);
            for (var i = 0; i < batch.Length; i++)
            {
                read[batch[i]] += lengths[i];
                if (i < ended)
                {
                    results[batch[i]].Logits = logits[(i * model.VocabularySize)..((i + 1) * model.VocabularySize)];
                }
            }
        }

        return [.. results.Select(r => (r.Logits, r.State.Values.ToArray()))];
    }

    private static int[] RandomTokens(Random random, int count, int vocabulary) =>
        [.. Enumerable.Range(0, count).Select(_ => random.Next(vocabulary))];

    private static Vector128<short> RandomShorts(Random random, int bound) => Vector128.Create(
        [.. Enumerable.Range(0, 8).Select(_ => (short)random.Next(-bound + 1, bound))]);
}
