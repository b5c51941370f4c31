using System.Text;
using LmModel.Checkpoints;
using LmModel.Inference.Managed;
using LmModel.Quantization;
using LmModel.Tokenization;
using LmModel.Units.Search;

namespace LmModel.Tests.Units.Search;

public sealed class UnitSearchTests
{
    private static readonly ByteTokenizer Bytes = new();

    private static readonly int[] Text = Bytes.Encode(Quoted(30_000));

    [Fact]
    public void A_planted_unit_is_found_with_its_sign_and_its_held_out_auc()
    {
        using var model = new PlantedUnitModel(planted: true);
        var findings = new UnitSearch(model, Bytes).Run(Text, Features.All([]));
        var unit = Assert.Single(findings.Units);

        Assert.Equal(
            ("quotes", PlantedUnitModel.Layer, PlantedUnitModel.Unit, -1),
            (unit.Feature, unit.Layer, unit.Unit, unit.Sign));
        // Two uniform variables, one of them half its width lower.
        Assert.Equal(1 - (0.5 * 0.5 / 2), unit.Auc, 0.01);
        Assert.InRange(unit.PValue, 0, 1e-6);
        Assert.Equal(0, findings.Control);
        // The text has one line, no names and no brackets, so words and quotes are left.
        Assert.Equal(6 * 2, findings.Tried);
    }

    [Fact]
    public void Nothing_is_found_among_units_of_noise()
    {
        using var model = new PlantedUnitModel(planted: false);
        Assert.Empty(new UnitSearch(model, Bytes).Run(Text, Features.All([","])).Units);
    }

    [Fact]
    public async Task A_trained_model_has_units_for_labels_and_none_for_the_same_labels_at_other_tokens()
    {
        var folder = ModelFolder.Open(Path.Combine(Repository.Root, "models", "tiny"));
        using var model = new ManagedStepModel(folder.ReadWeights(), Precision.Fp32, threads: 1);
        var findings = new UnitSearch(model, folder.Tokenizer).Run(await SaidAsync(folder.Path), Features.All([","]));

        Assert.Contains("after:,", findings.Units.Select(unit => unit.Feature));
        Assert.All(findings.Units, unit => Assert.InRange(unit.Auc, 0.55, 1));
        Assert.Equal(0, findings.Control);
    }

    [Fact]
    public void A_text_too_short_for_anything_to_be_significant_is_refused()
    {
        using var model = new PlantedUnitModel(planted: true);
        var search = new UnitSearch(model, Bytes);
        var fewest = search.FewestTokens(5);

        var refused = Assert.Throws<ArgumentException>(() => search.Run(Text[..(fewest - 1)], Features.All([])));
        Assert.Contains($"it takes at least {fewest}", refused.Message);
        Assert.NotEmpty(search.Run(Text[..fewest], Features.All([])).Units);
    }

    /// <summary>A text that the model knows: its own.</summary>
    private static async Task<int[]> SaidAsync(string path)
    {
        using var model = TextModel.Open(path, new() { Threads = 1 });
        var tokens = new List<int>();
        await foreach (var token in model.GenerateAsync("ROMEO:", new() { MaxTokens = 30_000, Seed = 1 }))
        {
            tokens.Add(token.Id);
        }

        return [.. tokens];
    }

    /// <summary>Words, some of them in quotes.</summary>
    private static string Quoted(int length)
    {
        var (random, text) = (new Random(1), new StringBuilder());
        while (text.Length < length)
        {
            var words = string.Join(
                ' ', Enumerable.Range(0, random.Next(2, 9)).Select(_ => new string('a', random.Next(1, 9))));
            text.Append(random.Next(2) == 0 ? $"\"{words}\" " : $"{words} ");
        }

        return text.ToString(0, length);
    }
}
