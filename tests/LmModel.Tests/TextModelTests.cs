using LmModel.Checkpoints;
using LmModel.Sampling;
using LmModel.Tokenization;
using LmModel.Training.Settings;

namespace LmModel.Tests;

/// <summary>The library as a program outside of this repository uses it.</summary>
public sealed class TextModelTests
{
    private static readonly string FairyTales = Path.Combine(Repository.Root, "models", "fairy-tales");

    [Fact]
    public async Task A_text_is_the_same_for_the_same_seed_alone_and_with_others()
    {
        using var model = TextModel.Open(FairyTales);
        var options = new GenerateOptions { MaxTokens = 40, Seed = 5 };

        var alone = await TextAsync(model, "Once upon a time", options);
        var together = await Task.WhenAll(
            Enumerable.Range(0, 8).Select(_ => TextAsync(model, "Once upon a time", options)));

        Assert.NotEmpty(alone);
        Assert.All(together, text => Assert.Equal(alone, text));
        Assert.NotEqual(alone, await TextAsync(model, "Once upon a time", options with { Seed = 6 }));
    }

    [Fact]
    public async Task Options_have_the_documented_effect()
    {
        using var model = TextModel.Open(FairyTales);
        var greedy = new GenerateOptions { MaxTokens = 60, Seed = 1, Sampling = new() { Temperature = 0 } };

        var text = await TextAsync(model, "The wolf", greedy);

        Assert.Equal(text, await TextAsync(model, "The wolf", greedy with { Seed = 2 }));
        var stop = text[10..13];
        var stopped = await TextAsync(model, "The wolf", greedy with { Stop = [stop] });
        Assert.Equal(text[..text.IndexOf(stop, StringComparison.Ordinal)], stopped);
    }

    [Fact]
    public async Task Options_that_are_left_out_are_those_of_the_folder()
    {
        using var folder = new TemporaryFolder();
        foreach (var file in new[] { "config.json", "tokenizer.json", "model.safetensors" })
        {
            File.Copy(Path.Combine(Repository.Root, "models", "tiny", file), folder[file]);
        }

        ModelFolder.Open(folder.Path).SaveDefaults(
            new() { Sampling = new() { Temperature = 0 }, MaxTokens = 4, Stop = ["h"] });
        using var model = TextModel.Open(folder.Path);

        Assert.Equal(0, model.DefaultSampling.Temperature);
        Assert.Equal("\nT", await TextAsync(model, "ROMEO:", new()));
        Assert.StartsWith("\nTh", await TextAsync(model, "ROMEO:", new() { Stop = [] }));
    }

    [Fact]
    public async Task A_run_of_the_training_text_is_continued_without_a_guard_and_not_with_one()
    {
        using var model = TextModel.Open(FairyTales);
        var options = new GenerateOptions { MaxTokens = 1, Seed = 1, Sampling = new() { Temperature = 0 } };
        // From the Blue Fairy Book, which it was trained on.
        const string passage = "He married the Dear Little Princess, and they lived happily ever";

        Assert.Equal(" after", await TextAsync(model, passage, options));
        Assert.NotEqual(" after", await TextAsync(model, passage, options with { Verbatim = 12 }));
        Assert.Equal(" after", await TextAsync(model, passage, options with { Verbatim = 40 }));
    }

    [Fact]
    public async Task A_guard_without_a_filter_is_refused()
    {
        using var model = TextModel.Open(Path.Combine(Repository.Root, "models", "tiny"));

        var exception = await Assert.ThrowsAsync<ArgumentException>(
            () => TextAsync(model, "ROMEO:", new() { Verbatim = 12 }));

        Assert.Contains("lm guard MODEL --training TEXT", exception.Message);
    }

    [Fact]
    public async Task Token_scores_sum_to_the_total_and_the_likelier_text_scores_higher()
    {
        using var model = TextModel.Open(FairyTales);

        var score = await model.ScoreAsync("Once upon a time there was a king");

        Assert.Equal(model.Tokenize(score.Text), score.Tokens.Select(token => token.Id));
        Assert.Equal(score.Text, string.Concat(score.Tokens.Select(token => token.Text)));
        Assert.Equal(score.Nats, -score.Tokens.Skip(1).Sum(token => token.Logprob!.Value), 1e-9);
        Assert.Null(score.Tokens[0].Logprob);
        Assert.All(score.Tokens.Skip(1), token => Assert.InRange(token.Logprob!.Value, -100, 0));
        Assert.True(score.NatsPerToken < (await model.ScoreAsync("gnik a saw ereht emit a nopu ecnO")).NatsPerToken);
    }

    [Fact]
    public void Tokenizing_and_detokenizing_returns_the_text()
    {
        using var model = TextModel.Open(FairyTales);

        Assert.Equal("Once upon a time", model.Detokenize(model.Tokenize("Once upon a time")));
    }

    [Fact]
    public async Task Missing_folders_and_invalid_arguments_are_refused()
    {
        using var folder = new TemporaryFolder();
        Assert.Throws<ModelFolderException>(() => TextModel.Open(folder.Path));

        using var model = TextModel.Open(FairyTales);
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => TextAsync(model, "a", new() { MaxTokens = -1 }));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(
            () => TextAsync(model, "a", new() { Sampling = SamplingSettings.Unfiltered with { TopP = 0 } }));
        await Assert.ThrowsAsync<ArgumentException>(() => TextAsync(model, "a", new() { Stop = [""] }));
        await Assert.ThrowsAsync<ArgumentException>(() => model.ScoreAsync(""));
    }

    [Fact]
    public async Task Disposing_a_model_ends_its_running_generations()
    {
        var model = TextModel.Open(FairyTales);
        await using var text = model.GenerateAsync("a", new() { MaxTokens = int.MaxValue }).GetAsyncEnumerator();
        Assert.True(await text.MoveNextAsync());

        model.Dispose();

        await Assert.ThrowsAsync<ObjectDisposedException>(async () =>
        {
            while (await text.MoveNextAsync())
            {
            }
        });
    }

    [Fact]
    public async Task A_model_is_trained_and_opened_and_a_cancelled_training_can_be_resumed()
    {
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(
            folder["ducks.txt"],
            string.Concat(Enumerable.Range(0, 100).Select(i => $"Duck {i % 7} said to duck {i % 5}: quack, quack!\n")),
            TestContext.Current.CancellationToken);
        var options = new TrainOptions
        {
            Choices = new TrainingChoices { Steps = 12, HiddenSize = 8, Layers = 1, ValidateEvery = 6 },
            Threads = 1,
        };
        using var stop = new CancellationTokenSource();
        Assert.Throws<OperationCanceledException>(
            () => TextModel.Train(folder["ducks.txt"], folder["m"], options, _ => stop.Cancel(), stop.Token));
        Assert.Throws<ArgumentException>(() => TextModel.Train(folder["ducks.txt"], folder["m"], options));

        var trained = TextModel.Train(folder["ducks.txt"], folder["m"], options with { Resume = true });

        Assert.All(trained.Figures, figure => Assert.True(double.IsFinite(figure.NatsPerToken)));
        using var model = TextModel.Open(folder["m"]);
        Assert.NotEmpty(await TextAsync(model, "Duck", new() { MaxTokens = 20, Seed = 1 }));
        await Assert.ThrowsAsync<UnknownCharacterException>(() => TextAsync(model, "日本", new()));
    }

    private static async Task<string> TextAsync(TextModel model, string prompt, GenerateOptions options)
    {
        var text = "";
        await foreach (var token in model.GenerateAsync(prompt, options))
        {
            text += token.Text;
        }

        return text;
    }
}
