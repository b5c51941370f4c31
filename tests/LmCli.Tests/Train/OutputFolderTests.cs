using LmCli.Train;

namespace LmCli.Tests.Train;

public sealed class OutputFolderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("tales.txt", "models/tales")]
    [InlineData("books/My tales.v2.txt", "models/My tales.v2")]
    [InlineData(".hidden.txt", "models/.hidden")]
    public void A_model_is_named_after_its_text(string text, string expected) =>
        Assert.Equal(expected, OutputFolder.Of(null, text));

    [Fact]
    public void A_model_is_named_after_its_folder_of_texts_for_any_spelling_of_the_path()
    {
        var tales = Directory.CreateDirectory(_folder["tales/old"]).FullName;

        Assert.Equal("models/old", OutputFolder.Of(null, tales));
        Assert.Equal("models/old", OutputFolder.Of(null, tales + "/"));
        Assert.Equal("models/tales", OutputFolder.Of(null, tales + "/.."));
    }

    [Theory]
    [InlineData(".txt")]
    [InlineData("..txt")]
    [InlineData("...txt")]
    [InlineData(" .txt")]
    [InlineData("/")]
    public void A_name_that_cannot_name_a_folder_is_refused(string text)
    {
        var message = Assert.Throws<ArgumentException>(() => OutputFolder.Of(null, text)).Message;

        Assert.EndsWith("cannot name a folder for the model; give one with --out.", message);
        Assert.Equal("mine", OutputFolder.Of("mine", text));
    }

    [Theory]
    [InlineData("models")]
    [InlineData("models/")]
    [InlineData("./models/../models")]
    [InlineData("")]
    public void The_folder_of_all_models_is_refused_as_output(string folder) =>
        Assert.Contains(
            "is the folder of all models",
            Assert.Throws<ArgumentException>(() => OutputFolder.Of(folder, "a.txt")).Message);

    [Fact]
    public async Task Files_that_are_not_a_model_are_never_overwritten()
    {
        var text = _folder["text.txt"];
        File.WriteAllText(text, string.Concat(Enumerable.Repeat("quack and quack\n", 100)));
        var precious = Directory.CreateDirectory(_folder["photos"]).FullName;
        File.WriteAllText(Path.Combine(precious, "config.json"), "{}");
        string[][] commands =
        [
            ["train", text, "--out", precious],
            ["train", text, "--out", precious, "--overwrite"],
            ["train", text, "--out", text],
            ["bench", "--hidden", "8", "--save", precious],
            ["bench", "--hidden", "8", "--save", text],
        ];
        foreach (var command in commands)
        {
            var (code, _, error) = await LmProcess.RunAsync(command);
            Assert.True(
                code == 1 && error.StartsWith("lm: ", StringComparison.Ordinal) && error.Count(c => c == '\n') == 1,
                error);
        }

        Assert.Equal(["config.json"], Directory.EnumerateFileSystemEntries(precious).Select(Path.GetFileName));
        var model = _folder["m"];
        Assert.Equal(0, (await LmProcess.RunAsync("bench", "--hidden", "8", "--save", model)).Code);
        Assert.Equal(0, (await LmProcess.RunAsync("bench", "--hidden", "8", "--save", model)).Code);
    }
}
