namespace LmCli.Tests;

/// <summary>A text of a hundred lines, and a training of seconds on it.</summary>
public abstract class DuckTextTests : IDisposable
{
    private protected TemporaryFolder Folder { get; } = new();

    protected DuckTextTests() =>
        File.WriteAllText(
            Text,
            string.Concat(Enumerable.Range(0, 100).Select(i => $"Duck {i % 7} said to duck {i % 5}: quack, quack!\n")));

    protected string Text => Folder["ducks.txt"];

    protected string Model => Folder["ducks"];

    protected string[] Train =>
        ["train", Text, "--out", Model, "--hidden", "16", "--layers", "1", "--validate-every", "10"];

    public void Dispose()
    {
        Folder.Dispose();
        GC.SuppressFinalize(this);
    }
}
