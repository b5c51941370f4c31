using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;
using LmModel.Corpora;

namespace LmModel.Tests.Corpora;

public sealed class EncodingGuessTests : IDisposable
{
    private const string Name = "Grimm's own tale.txt";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(
        "ab\ncd\xE9x",
        "no character begins at line 2, column 3, byte 5, 0xE9. It looks like ISO-8859-1, in which that line begins "
            + "\"cdéx\"; convert it first: "
    )]
    [InlineData("ab\ncd\x93x\xE9", "line 2, column 3, byte 5, 0x93. It looks like WINDOWS-1252, in which")]
    [InlineData("caf\xE9 ", ", in which that line begins \"café \"; convert it first: ")]
    [InlineData("\xFF\xFE" + "a\0b\0", "It looks like UTF-16; convert it first: iconv -f UTF-16 ")]
    [InlineData("\xFE\xFF\0a\0b", "It looks like UTF-16;")]
    [InlineData("a\0b\0\n\0c\0", "as line 1, column 2, byte 1, 0x00 shows. It looks like UTF-16LE; ")]
    [InlineData("\0a\0b\0\n\0c", "It looks like UTF-16BE")]
    [InlineData(
        "ab\ncd\0",
        "is not text: 1 zero byte, the first at line 2, column 3, byte 5, 0x00. To remove them: tr "
    )]
    [InlineData("\x89PNG\r\n\x1A\n\0\0\0\rIHDR", "looks binary: ")]
    [InlineData(
        "ab\n\xE8\xAA",
        "ends inside a character, which begins at line 2, column 1, byte 3, 0xE8. It may have been truncated."
    )]
    [InlineData(
        "\u0001\u0002\u0003\u0004\u0005\u0006\u0007\u0008\u000E",
        "looks binary: 9 control characters other than white space in 9 bytes."
    )]
    [InlineData(
        "it\xC3\xA9\nand it\x92s",
        "is UTF-8, with 1 stray byte beside 1 valid character of several bytes. The first is at line 2, column 7, byte "
            + "11, 0x92, which is ’ in Windows-1252."
    )]
    [InlineData(
        "\xC3\xA9\xED\xA0\xBD\xED\xB8\x80",
        "2 surrogates of three bytes, the first at line 1, column 2, byte 2, 0xED. It looks like CESU-8"
    )]
    [InlineData("\xC3\xA9\xC3\xA9\xC0\x80", "is UTF-8, with 2 stray bytes beside 2 valid characters")]
    public void Bytes_that_are_not_text_are_reported_with_their_probable_encoding(string latin1, string expected) =>
        Assert.Contains(expected, Refusal(Encoding.Latin1.GetBytes(latin1)));

    [Fact]
    public void The_position_of_an_invalid_byte_is_correct_deep_inside_a_file()
    {
        var line = Encoding.UTF8.GetBytes("Ente 🦆\n");
        byte[] bytes = [.. Enumerable.Repeat(line, 30_000).SelectMany(b => b), (byte)'x', 0xFF];

        Assert.Contains(
            FormattableString.Invariant(
                $"at line 30,001, column 2, byte {bytes.Length - 1:N0}, 0xFF, which is ÿ in Windows-1252"),
            Refusal(bytes));
    }

    public static TheoryData<string, string> Legacy => new()
    {
        { "windows-1252", "It’s a “fine” day — said the café’s owner.\n" },
        { "iso-8859-1", "Le café est à côté de l'hôtel; il a été fermé.\nD'où ça vient?\n" },
        { "windows-1251", "Съешь же ещё этих мягких французских булок, да выпей чаю.\n" },
        { "koi8-r", "Съешь же ещё этих мягких французских булок, да выпей чаю.\n" },
        { "ibm866", "Съешь же ещё этих мягких французских булок, да выпей чаю.\n" },
        { "iso-8859-7", "Καλημέρα κόσμε, τι κάνεις σήμερα; Είμαι καλά.\n" },
        { "windows-1250", "Zażółć gęślą jaźń, proszę bardzo. Łódź jest piękna.\n" },
        { "shift_jis", "吾輩は猫である。名前はまだ無い。どこで生れたかとんと見当がつかぬ。\n" },
        { "euc-jp", "吾輩は猫である。名前はまだ無い。どこで生れたかとんと見当がつかぬ。\n" },
        { "iso-2022-jp", "吾輩は猫である。\n名前はまだ無い。\nどこで\n生れたか\nとんと\n見当がつかぬ。\n" },
        { "gb18030", "我是一个学生，我喜欢看书。今天天气很好，我们去公园吧。\n" },
        { "big5", "我是一個學生，我喜歡看書。今天天氣很好，我們去公園吧。\n" },
        { "euc-kr", "나는 학생입니다. 오늘 날씨가 좋습니다.\n" },
        { "utf-16", "Ente 🦆, Grüße\n" },
        { "utf-16BE", "Съешь же ещё этих мягких французских булок\n" },
        { "utf-32", "Ente 🦆, Grüße\n" },
    };

    [Theory]
    [MemberData(nameof(Legacy))]
    public async Task The_printed_command_converts_a_file_in_another_encoding(string encoding, string text)
    {
        Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);

        Assert.Equal(text, await Converted(Encoding.GetEncoding(encoding).GetBytes(text)));
    }

    [Theory]
    [InlineData("\xEF\xBB\xBFone \0two\0\n", "\uFEFFone two\n")]
    [InlineData("caf\xC3\xA9 and \xE2\x82", "café and ")]
    [InlineData("\xF0\x9F\xA6\x86 \xED\xA0\xBD\xED\xB8\x80, \xED\xA0\xBE\xED\xB6\x86\n", "🦆 😀, 🦆\n")]
    [InlineData(
        "\xF0\x9F\xA6\x86\xC3\xA9\xC3\xA9\xC3\xA9 caf\xE9 \xE2\x82 it\x92s \x81",
        "🦆ééé café \uFFFD it’s \uFFFD"
    )]
    public async Task The_printed_command_repairs_damaged_text(string latin1, string expected) =>
        Assert.Equal(expected, await Converted(Encoding.Latin1.GetBytes(latin1)));

    [Fact]
    public async Task Only_stray_bytes_of_a_UTF_8_text_are_converted()
    {
        Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);
        var western = Encoding.GetEncoding(1252);
        var random = new Random(1);
        string[] parts = ["a", " ", "\n", "é", "語", "🦆", "Ж", "\uFFFE", "it's "];
        for (var round = 0; round < 20; round++)
        {
            var (bytes, expected) = (new List<byte>("é🦆"u8.ToArray()), new StringBuilder("é🦆"));
            for (var i = 0; i < 200; i++)
            {
                var part = parts[random.Next(parts.Length)];
                bytes.AddRange(Encoding.UTF8.GetBytes(part));
                expected.Append(part);
                if (i % 40 == 7)
                {
                    // Followed by a letter: two stray bytes side by side may be the beginning of a character.
                    var stray = (byte)random.Next(0x80, 0x100);
                    bytes.AddRange([stray, (byte)'x']);
                    expected
                        .Append(stray is 0x81 or 0x8D or 0x8F or 0x90 or 0x9D ? "\uFFFD" : western.GetString([stray]))
                        .Append('x');
                }
            }

            Assert.Equal(expected.ToString(), await Converted([.. bytes]));
        }
    }

    [Fact]
    public void A_mostly_valid_text_is_never_converted_as_a_whole()
    {
        var random = new Random(2);
        string[] texts =
        [
            "Le café est à côté de l'hôtel; il a été fermé. ", "Съешь же ещё этих мягких французских булок. ",
            "吾輩は猫である。名前はまだ無い。", "plain words and one é. ", "🦆🦊 é ",
        ];
        for (var round = 0; round < 500; round++)
        {
            var bytes = Encoding.UTF8.GetBytes(
                string.Concat(Enumerable.Repeat(texts[random.Next(texts.Length)], 1 + random.Next(20))));
            for (var damaged = random.Next(1, 9); damaged > 0; damaged--)
            {
                bytes[random.Next(bytes.Length)] = (byte)random.Next(1, 256);
            }

            var text = Encoding.UTF8.GetString(bytes);
            var valid = text.EnumerateRunes().Count(rune => rune.Value is > 127 and not 0xFFFD);
            if (text.Contains('\uFFFD') && valid > 3 * text.Count(c => c == '\uFFFD'))
            {
                Assert.DoesNotContain("iconv", Refusal(bytes));
            }
        }
    }

    private string Refusal(byte[] bytes)
    {
        File.WriteAllBytes(_folder[Name], bytes);
        return Assert.Throws<CorpusException>(() => Corpus.Open(_folder[Name])).Message;
    }

    /// <summary>What the command that a refusal prints makes of the file, pasted into a shell.</summary>
    private async Task<string> Converted(byte[] bytes)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Runs a POSIX shell.");
        var message = Refusal(bytes);
        var command = Regex.Match(message, "(?:iconv|perl|tr|head) -.*$").Value;
        using var shell = Process.Start(
            new ProcessStartInfo("sh", ["-c", command]) { WorkingDirectory = _folder.Path }
        )!;
        await shell.WaitForExitAsync();
        Assert.True(shell.ExitCode == 0, message);
        return new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(
            await File.ReadAllBytesAsync(_folder["converted.txt"]));
    }
}
