using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using LmModel.Tokenization;

namespace LmModel.Tests.Tokenization;

public sealed class NormalizationTests
{
    private static readonly string[] Fixture = File.ReadAllLines(
        Path.Combine(Repository.Root, "tests", "fixtures", "unicode", "normalization.txt"));

    public static TheoryData<TextNormalization> Forms => [TextNormalization.Nfc, TextNormalization.Nfkc];

    [Theory]
    [MemberData(nameof(Forms))]
    public void Every_character_is_normalized_as_in_Python(TextNormalization form)
    {
        var every = new StringBuilder();
        for (var c = 0; c < 0x110000; c++)
        {
            if (Rune.IsValid(c))
            {
                every.Append(Normalized(new Rune(c).ToString(), form));
            }
        }

        Assert.Equal(
            Fixture.Single(line => line.StartsWith($"{form} ", StringComparison.OrdinalIgnoreCase)).Split(' ')[1],
            Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(every.ToString()))));
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public void Every_sequence_is_normalized_as_in_Python_and_then_stable(TextNormalization form)
    {
        foreach (var line in Fixture.Skip(2))
        {
            var columns = line.Split(';');
            var expected = columns[form == TextNormalization.Nfc ? 1 : 2];

            var normalized = Normalized(Text(columns[0]), form);

            Assert.Equal(expected, Hexadecimal(normalized));
            Assert.Equal(expected, Hexadecimal(Normalized(normalized, form)));
        }
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public void A_text_in_pieces_is_normalized_and_tokenized_like_the_whole(TextNormalization form)
    {
        var random = new Random(1);
        for (var round = 0; round < 100; round++)
        {
            var text = string.Concat(Enumerable.Range(0, 40).Select(_ =>
                Text(Fixture[2 + random.Next(Fixture.Length - 2)].Split(';')[0]) + (random.Next(3) == 0 ? " " : "")));
            var pieces = Pieces(text, random);
            var whole = Normalized(text, form);

            Assert.Equal(whole, string.Concat(Tokenizer.Normalize(pieces, form)));
            foreach (var tokenizer in (Tokenizer[])
            [
                        CharacterTokenizer.FromCorpus(Tokenizer.Normalize(pieces, form)),
                        new ByteTokenizer(),
                        BpeTokenizer.Train(Tokenizer.Normalize(pieces, form), 300),
                        WordTokenizer.FromCorpus(Tokenizer.Normalize(pieces, form), 50),
                    ]
            )
            {
                var normalizing = tokenizer.With(form);
                Assert.Equal(tokenizer.Encode(whole), normalizing.Encode(text));
                Assert.Equal(tokenizer.Encode(whole), normalizing.Encode(pieces).SelectMany(t => t));
            }
        }
    }

    [Fact]
    public void Any_number_of_combining_marks_is_ordered()
    {
        const int Times = 200_000;
        // A dot below (220) goes before a dot above (230), and each joins the letter once.
        var text = "s" + string.Concat(Enumerable.Repeat("\u0307\u0323", Times));

        Assert.Equal(
            "\u1E69" + new string('\u0323', Times - 1) + new string('\u0307', Times - 1),
            Normalized(text, TextNormalization.Nfc));
        Assert.Equal(
            Normalized(text, TextNormalization.Nfc),
            string.Concat(Tokenizer.Normalize(text.Chunk(1000).Select(c => new string(c)), TextNormalization.Nfc)));
    }

    [Fact]
    public void A_lone_surrogate_is_read_as_the_replacement_character() =>
        Assert.Equal("é\uFFFDé\uFFFD", Normalized("e\u0301\ud800e\u0301\udc00", TextNormalization.Nfc));

    [Fact]
    public void An_unknown_character_is_reported_at_its_position_in_the_original_text()
    {
        var tokenizer = CharacterTokenizer.FromCorpus("aé ").With(TextNormalization.Nfc);

        var error = Assert.Throws<UnknownCharacterException>(() =>
            tokenizer.Encode("e\u0301e\u0301 ae\u0301 o\u0301 a"));

        Assert.Equal((9, "ó"), (error.Index, error.Characters.Single().ToString()));
    }

    private static string Normalized(string text, TextNormalization form) =>
        new ByteTokenizer().With(form).Normalize(text);

    private static List<string> Pieces(string text, Random random)
    {
        var pieces = new List<string>();
        for (var at = 0; at < text.Length; at += pieces[^1].Length)
        {
            var length = Math.Min(1 + random.Next(5), text.Length - at);
            length += at + length < text.Length && char.IsLowSurrogate(text[at + length]) ? 1 : 0;
            pieces.Add(text.Substring(at, length));
        }

        return pieces;
    }

    private static string Text(string hexadecimal) =>
        string.Concat(
            hexadecimal
                .Split(' ')
                .Select(c => char.ConvertFromUtf32(int.Parse(c, NumberStyles.HexNumber, CultureInfo.InvariantCulture)))
        );

    private static string Hexadecimal(string text) =>
        string.Join(' ', text.EnumerateRunes().Select(r => $"{r.Value:X4}"));
}
