namespace LmCli.Tests.Audit;

public sealed class AuditCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public AuditCommandTests()
    {
        foreach (var file in Directory.GetFiles(Path.Combine(Repository.Root, "models", "tiny")))
        {
            File.Copy(file, _folder[Path.GetFileName(file)]);
        }

        File.Delete(_folder["audit.json"]);
        var lines = Enumerable.Range(0, 1000).Select(
            i => $"The duck swims around the pond {new string('o', i % 7)}.\n");
        File.WriteAllText(_folder["text.txt"], string.Concat(lines));
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task An_audit_is_written_for_programs_and_for_readers_and_linked_by_the_card()
    {
        string[] command = ["audit", _folder.Path, "--training", _folder["text.txt"], "--quick"];
        var (code, output, error) = await LmProcess.RunAsync(command);
        Assert.Equal((0, ""), (code, error));
        Assert.EndsWith($"Recorded in {_folder["AUDIT.md"]}.\n", output, StringComparison.Ordinal);
        var json = await File.ReadAllTextAsync(_folder["audit.json"]);
        Assert.Contains("\"training_text\": \"text.txt\"", json);
        Assert.Contains("The last 10 % of its characters were held out", json);

        // A report that exists changes nothing.
        await LmProcess.RunAsync(command);
        Assert.Equal(json, await File.ReadAllTextAsync(_folder["audit.json"]));
        var card = await File.ReadAllTextAsync(_folder["README.md"]);
        Assert.Equal(2, card.Split("](AUDIT.md)").Length);
    }

    [Fact]
    public async Task What_is_not_measured_is_refused()
    {
        var (code, _, error) = await LmProcess.RunAsync(
            "audit", _folder.Path, "--training", _folder["text.txt"], "--only", "courage");
        Assert.Equal(1, code);
        Assert.Contains("there is no 'courage'", error);
        Assert.DoesNotContain("audit.json", _folder.Files);
    }
}
