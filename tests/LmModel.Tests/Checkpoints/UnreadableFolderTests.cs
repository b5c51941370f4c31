using System.Text;
using LmModel.Checkpoints;
using LmModel.Files;
using LmModel.Tests.Quantization;
using LmModel.Tests.Units;
using LmModel.Tokenization;

namespace LmModel.Tests.Checkpoints;

/// <summary>
/// Whatever the files of a model folder are, the folder opens or is refused by lines that name file and reason.
/// </summary>
public sealed partial class UnreadableFolderTests : IDisposable
{
    private static readonly TimeSpan Hangs = TimeSpan.FromMinutes(10);

    private readonly TemporaryFolder _folder = new();
    private readonly PyTorchFixture _gru = PyTorchFixture.Load("gru");

    public UnreadableFolderTests()
    {
        ModelFolder.Save(
            _folder.Path, CharacterTokenizer.FromCorpus("abcdefghijk"), _gru.Network, "# Card");
        var folder = ModelFolder.Open(_folder.Path);
        folder.SavePrecision(PrecisionFileTests.Report with { WeightsSha256 = folder.WeightsSha256 });
        folder.SaveUnits(UnitFileTests.Report with { WeightsSha256 = folder.WeightsSha256 });
    }

    public static TheoryData<string> Jsons { get; } = ["config.json", "tokenizer.json", "precision.json", "units.json"];

    public static TheoryData<string> Files { get; } =
    ["config.json", "tokenizer.json", "precision.json", "units.json", "model.safetensors"];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Jsons))]
    public void A_byte_order_mark_is_ignored(string file)
    {
        File.WriteAllText(_folder[file], File.ReadAllText(_folder[file]), new UTF8Encoding(true));
        Assert.Equal(_gru.Config, ModelFolder.Open(_folder.Path).Config);
    }

    [Theory]
    [MemberData(nameof(Jsons))]
    public void Text_that_is_not_UTF_8_is_reported(string file)
    {
        var text = File.ReadAllText(_folder[file]);
        foreach (
            var encoding in new Encoding[]
            {
                new UnicodeEncoding(false, true),
                new UnicodeEncoding(true, true),
                new UnicodeEncoding(false, false),
                new UnicodeEncoding(true, false),
                new UTF32Encoding(false, true),
                new UTF32Encoding(true, true),
            }
        )
        {
            File.WriteAllText(_folder[file], text, encoding);
            var problem = Assert.Single(Problems());
            Assert.StartsWith($"- {file}: ", problem);
            Assert.Matches("it looks like UTF-(16|32) text.*: save it as UTF-8", problem);
        }

        File.WriteAllText(_folder[file], text.Replace("format", "formät", StringComparison.Ordinal), Encoding.Latin1);
        Assert.Matches(
            $"^- {file}: .*line \\d+, byte \\d+: the byte 0xE4 is not UTF-8; save the file as UTF-8$",
            Assert.Single(Problems()));
    }

    [Fact]
    public void A_model_card_is_read_in_the_encoding_of_its_byte_order_mark()
    {
        foreach (var encoding in new Encoding[] { new UTF8Encoding(true), Encoding.Unicode, Encoding.BigEndianUnicode })
        {
            File.WriteAllText(_folder["README.md"], "# Entchen, groß", encoding);
            Assert.Equal("# Entchen, groß", ModelFolder.Open(_folder.Path).Card);
        }
    }

    [Theory]
    [MemberData(nameof(Jsons))]
    public void Comments_and_trailing_commas_are_refused_with_their_position(string file)
    {
        var text = File.ReadAllText(_folder[file]);
        foreach (
            var changed in new[]
            {
                text.Insert(1, " // a comment\n"),
                text.Insert(1, "/* a comment */"),
                $"{text.TrimEnd()[..^1]},}}",
            }
        )
        {
            File.WriteAllText(_folder[file], changed);
            Assert.Matches($"^- {file}: is not the JSON of .*LineNumber: \\d+ ", Assert.Single(Problems()));
        }
    }

    [Theory]
    [MemberData(nameof(Jsons))]
    public void A_lone_surrogate_is_reported_with_its_position(string file)
    {
        var lines = File.ReadAllLines(_folder[file]);
        for (var line = 0; line < lines.Length; line++)
        {
            for (var quote = lines[line].IndexOf('"'); quote >= 0; quote = lines[line].IndexOf('"', quote + 1))
            {
                var changed = lines.ToArray();
                changed[line] = lines[line].Insert(quote + 1, "\\ud800");
                // Behind a closing quote this is not JSON.
                File.WriteAllLines(_folder[file], changed);
                Assert.Matches(
                    $"^- {file}: .*(line {line + 1}, byte \\d+: the string has an unpaired "
                        + $"surrogate|LineNumber: {line} )",
                    Assert.Single(Problems()));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Jsons))]
    public void Control_characters_are_shown_as_escapes(string file)
    {
        // An escape, a line feed, a C1 control, a right-to-left override and a line separator: in a name, in a value,
        // bare.
        const string Escaped = "\\u001b[31m\\n\\u009b\\u202e\\u2028";
        var text = File.ReadAllText(_folder[file]);
        foreach (var changed in new[]
        {
            text.Insert(1, $"\"{Escaped}\": 1, "),
            text.Insert(1, $"\"{Escaped}\": 1, \"{Escaped}\": 2, "),
            text.Replace("\"format_version\": 1", $"\"format_version\": \"{Escaped}\"", StringComparison.Ordinal)
                .Replace("\"lmservice-tokenizer\"", $"\"{Escaped}\"", StringComparison.Ordinal),
                text.Replace("\"kind\": \"characters\"", $"\"kind\": \"{Escaped}\"", StringComparison.Ordinal)
                    .Insert(1, "\u001b"),
                text.Replace("\"a\": 0", $"\"a{Escaped}\": 0", StringComparison.Ordinal)
                    .Insert(1, "\"\u202e\": t\u001b, "),
            }
        )
        {
            File.WriteAllText(_folder[file], changed);
            AssertPrintable(Problems());
        }
    }

    [Fact]
    public void A_JSON_token_of_several_megabytes_is_shortened_in_the_message()
    {
        File.WriteAllText(
            _folder["tokenizer.json"],
            File.ReadAllText(_folder["tokenizer.json"])
                .Replace("\"a\": 0", $"\"{new string('a', 5_000_000)}\": 0", StringComparison.Ordinal));
        Assert.InRange(Assert.Single(Problems()).Length, 100, Printable.LongestLine + 10);
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void A_folder_with_a_corrupted_file_opens_or_is_refused_in_printable_lines(string file)
    {
        var original = File.ReadAllBytes(_folder[file]);
        var random = new Random(file.Length);
        string[] parts =
        [
            "\\ud800",
            "\\udc00\\ud800",
            "\"\\ud800\": 1,",
            "\u001b",
            "\\u001b",
            "NaN",
            "-Infinity",
            "1e999",
            "-1",
            "1.5",
            "null",
            "[]",
            "{}",
            "\"",
            ",",
            ":",
            "{",
            "}",
            "[",
            "]",
            "//",
            "\\",
            "99999999999999999999",
            "\ufeff",
            "\u202e",
            "\0",
            "é",
            "true",
        ];
        for (var round = 0; round < 1500; round++)
        {
            var bytes = original.ToList();
            for (var edit = random.Next(1, 4); edit > 0; edit--)
            {
                // The header of the weights, mostly: their numbers are as good as any.
                var at = random.Next(file == "model.safetensors" ? 900 : bytes.Count);
                switch (random.Next(4))
                {
                    case 0:
                        bytes[at] = (byte)random.Next(256);
                        break;
                    case 1:
                        bytes.InsertRange(at, Encoding.UTF8.GetBytes(parts[random.Next(parts.Length)]));
                        break;
                    case 2:
                        bytes.RemoveRange(at, Math.Min(random.Next(1, 20), bytes.Count - at));
                        break;
                    default:
                        bytes.InsertRange(at, bytes.GetRange(at, Math.Min(random.Next(1, 40), bytes.Count - at)));
                        break;
                }
            }

            File.WriteAllBytes(_folder[file], [.. bytes]);
            try
            {
                ModelFolder.Open(_folder.Path).ReadWeights();
            }
            catch (ModelFolderException e)
            {
                AssertPrintable(e.Message.Split('\n')[1..]);
            }
        }
    }

    private static void AssertPrintable(string[] lines)
    {
        Assert.InRange(lines.Length, 1, ProblemList.MostListed + 1);
        Assert.All(lines, line =>
        {
            Assert.Matches(
                "^- (config.json|tokenizer.json|precision.json|units.json|model.safetensors|and \\d+ more)", line);
            Assert.DoesNotMatch("[\\p{Cc}\\p{Cf}\\p{Cs}\\p{Zl}\\p{Zp}]", line);
            // The exceptions that were thought of have words of their own.
            Assert.DoesNotContain("Exception", line);
        });
    }

    private string[] Problems() =>
        Assert.Throws<ModelFolderException>(() => ModelFolder.Open(_folder.Path)).Message.Split('\n')[1..];
}
