using System.Text;
using LmModel.Files;
using LmModel.Keys;

namespace LmModel.Tests.Keys;

public sealed class KeyFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string Path => _folder["keys.json"];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_key_is_long_random_and_told_by_its_beginning()
    {
        var keys = Enumerable.Range(0, 100).Select(_ => KeyText.Create()).ToList();
        Assert.Distinct(keys);
        Assert.All(keys, key => Assert.Matches("^lm-[A-Za-z0-9_-]{43}$", key));
    }

    [Fact]
    public void What_is_written_is_read_again()
    {
        ApiKey[] keys =
        [
            Key("alice"),
            Key("bob-2") with
            {
                Expires = new DateTimeOffset(2030, 1, 31, 12, 0, 0, TimeSpan.Zero),
                RequestsPerMinute = 60,
                TokensPerMinute = 20_000,
            },
        ];
        KeyFile.Change(Path, _ => keys);
        Assert.Equal(keys, KeyFile.Open(Path));
        Assert.Equal([Path], Directory.GetFiles(_folder.Path));
    }

    [Theory]
    [InlineData("""{"keys": []}""", "format_version is missing; expected 1")]
    [InlineData("""{"format_version": 1}""", "keys is missing; expected a list")]
    [InlineData("""{"format_version": 1, "keys": [1]}""", "keys[0]: must be an object, not 1")]
    [InlineData("""{"format_version": 1, "keys": [{"nmae": "a"}]}""", "keys[0]: \"nmae\" is not a member")]
    [InlineData("""{"format_version": 1, "keys": [KEY, KEY]}""", "2 keys have the name a")]
    [InlineData("""{"format_version": 1, "keys": [{"name": "", REST}]}""", "keys[0]: name must have 1 to 64 letters")]
    [InlineData("""{"format_version": 1, "keys": [{"name": "a b", REST}]}""", "keys[0]: name must have 1 to 64")]
    [InlineData(
        """{"format_version": 1, "keys": [{"requests_per_minute": 0, "name": "a", REST}]}""",
        "keys[0]: requests_per_minute must be at least 1, not 0")]
    [InlineData(
        """{"format_version": 1, "keys": [{"tokens_per_minute": "9", "name": "a", REST}]}""",
        "keys[0]: tokens_per_minute must be an integer, not \"9\"")]
    [InlineData(
        """{"format_version": 1, "keys": [{"expires": "soon", "name": "a", REST}]}""",
        "keys[0]: expires must be a time such as 2030-01-31T00:00:00Z, not \"soon\"")]
    [InlineData("", "is empty")]
    public void Everything_wrong_with_a_file_is_named(string json, string problem)
    {
        const string rest = "\"sha256\": \"HASH\", \"created\": \"2026-01-01T00:00:00Z\"";
        var text = json
            .Replace("KEY", "{\"name\": \"a\", REST}", StringComparison.Ordinal)
            .Replace("REST", rest, StringComparison.Ordinal)
            .Replace("HASH", new string('0', 64), StringComparison.Ordinal);
        var problems = new ProblemList();
        Assert.Null(KeyFile.Read(Encoding.UTF8.GetBytes(text), problems));
        Assert.Contains(
            problem.Replace("\"nmae\"", "nmae", StringComparison.Ordinal),
            problems.Describe("keys"),
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_hash_that_is_none_is_refused()
    {
        var error = Assert.Throws<InvalidDataException>(
            () => KeyFile.Change(Path, _ => [Key("a") with { Sha256 = "abc" }]));
        Assert.Contains("sha256 must be 64 lower-case hexadecimal digits", error.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(Path));
    }

    [Fact]
    public void A_change_that_another_is_making_is_not_lost()
    {
        KeyFile.Change(Path, _ =>
        {
            Assert.Throws<IOException>(() => KeyFile.Change(Path, keys => keys));
            return [Key("a")];
        });
        Assert.Single(KeyFile.Open(Path));
    }

    [Fact]
    public void More_keys_than_are_compared_are_refused()
    {
        var many = Enumerable.Range(0, KeyFile.MostKeys + 1).Select(i => Key($"k{i}")).ToList();
        Assert.Throws<InvalidDataException>(() => KeyFile.Change(Path, _ => many));
        KeyFile.Change(Path, _ => many[1..]);
        Assert.Equal(KeyFile.MostKeys, KeyFile.Open(Path).Count);
    }

    private static ApiKey Key(string name) => new()
    {
        Name = name,
        Sha256 = Convert.ToHexStringLower(KeyText.Hash(name)),
        Created = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero),
    };
}
