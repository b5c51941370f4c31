using LmModel.Noise;
using LmModel.Tokenization;

namespace LmModel.Tests.Noise;

public sealed class TextNoiseTests
{
    private const string Text = "\"Find it,\" said the hare - 'or don't'... and so the café fled.\n";

    public static TheoryData<string> Kinds => [.. Enum.GetNames<NoiseKind>()];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void No_place_is_changed_at_share_0_and_a_key_gives_the_same_text_again(string name)
    {
        var kind = Enum.Parse<NoiseKind>(name);
        Assert.Equal(Text, TextNoise.Apply(kind, Text, share: 0, _ => 0));
        Assert.Equal(
            TextNoise.Apply(kind, Text, strength: 5, seed: 1, stream: 2),
            TextNoise.Apply(kind, Text, strength: 5, seed: 1, stream: 2));
    }

    [Theory]
    [InlineData(nameof(NoiseKind.Spaces), "\"Findit,\"saidthehare-'ordon't'...andsothecaféfled.\n")]
    [InlineData(nameof(NoiseKind.Quotes), "“Find it,” said the hare – ‘or don’t’... and so the café fled.\n")]
    [InlineData(nameof(NoiseKind.Unicode), "\"Find\u00A0it,\"\u00A0said\u00A0the\u00A0hare\u00A0-\u00A0'or\u00A0don't'…"
        + "\u00A0and\u00A0so\u00A0the\u00A0cafe\u0301\u00A0ﬂed.\n")]
    [InlineData(nameof(NoiseKind.Case), "\"FIND IT,\" SAID THE HARE - 'OR DON'T'... AND SO THE CAFÉ FLED.\n")]
    public void Every_place_is_changed_at_share_1(string name, string expected) =>
        Assert.Equal(expected, TextNoise.Apply(Enum.Parse<NoiseKind>(name), Text, share: 1, _ => 0));

    [Theory]
    [InlineData(0.1, "Ab")]
    [InlineData(0.3, "")]
    [InlineData(0.6, "bbAA")]
    [InlineData(0.8, "vS")]
    public void A_letter_is_exchanged_left_out_doubled_or_replaced_by_a_neighbour(double draw, string expected) =>
        Assert.Equal(expected, TextNoise.Apply(NoiseKind.Typos, "bA", share: 1, i => i % 2 == 0 ? 0 : draw));

    [Fact]
    public void Normalization_undoes_other_unicode_forms() => Assert.Equal(
        Text,
        new ByteTokenizer().With(TextNormalization.Nfkc)
            .Normalize(TextNoise.Apply(NoiseKind.Unicode, Text, strength: 5, seed: 1, stream: 2)));

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_higher_strength_changes_more_places(string name)
    {
        var kind = Enum.Parse<NoiseKind>(name);
        var shares = Enumerable.Range(1, TextNoise.Strengths).Select(s => TextNoise.Share(kind, s)).ToList();
        Assert.Equal(shares.Order().Distinct(), shares);
        Assert.InRange(shares[^1], 0.01, 1);
    }
}
