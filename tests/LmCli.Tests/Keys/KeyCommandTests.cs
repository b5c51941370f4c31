using System.Security.Cryptography;
using System.Text;

namespace LmCli.Tests.Keys;

public sealed class KeyCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string File => _folder["keys.json"];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_key_is_created_listed_and_revoked()
    {
        var created = await LmProcess.RunAsync(
            "key", "create", "alice", "--file", File, "--days", "90", "--requests-per-minute", "60");
        Assert.True(created.Code == 0, created.Error);
        Assert.Matches("^lm-[A-Za-z0-9_-]{43}\n$", created.Out);
        var json = await System.IO.File.ReadAllTextAsync(File);
        Assert.DoesNotContain(created.Out.Trim(), json, StringComparison.Ordinal);
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(created.Out.Trim()));
        Assert.Contains(Convert.ToHexStringLower(hash), json, StringComparison.Ordinal);

        var listed = await LmProcess.RunAsync("key", "list", "--file", File);
        Assert.Matches(
            "^name   created     expires               requests/min  tokens/min\n"
                + @"alice  \d{4}-\d\d-\d\d  \d{4}-\d\d-\d\d                      60    no limit" + "\n$",
            listed.Out);

        var revoked = await LmProcess.RunAsync("key", "revoke", "alice", "--file", File);
        Assert.Equal((0, $"Removed alice from {File}.\n"), (revoked.Code, revoked.Out));
        Assert.Single((await LmProcess.RunAsync("key", "list", "--file", File)).Out.Trim().Split('\n'));
    }

    [Theory]
    [InlineData("The name of a key must have 1 to 64 letters", "create", "a b")]
    [InlineData("--days must be at least 1, not 0.", "create", "a", "--days", "0")]
    [InlineData("--days must be at most 36500, not 99999.", "create", "a", "--days", "99999")]
    [InlineData("has a key named taken already", "create", "taken")]
    [InlineData("has no key named other", "revoke", "other")]
    public async Task What_cannot_be_done_is_said_in_one_line(string why, params string[] words)
    {
        Assert.Equal(0, (await LmProcess.RunAsync("key", "create", "taken", "--file", File)).Code);
        var (code, output, error) = await LmProcess.RunAsync(["key", .. words, "--file", File]);
        Assert.Equal((1, ""), (code, output));
        Assert.Contains(why, error, StringComparison.Ordinal);
    }
}
