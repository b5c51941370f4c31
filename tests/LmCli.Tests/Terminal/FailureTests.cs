using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using LmCli.Terminal;
using LmModel.Checkpoints;
using LmModel.Corpora;
using LmModel.Networks;
using LmModel.Tests;
using LmModel.Tokenization;

namespace LmCli.Tests.Terminal;

/// <summary>Whatever goes wrong is one line and exit code 1.</summary>
public sealed class FailureTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [SuppressMessage("Usage", "CA2201", Justification = "These are what the runtime and libtorch throw.")]
    public static TheoryData<Exception, string> Failures => new()
    {
        { new CorpusException("a.txt is empty."), "a.txt is empty." },
        { new IOException("No space left on device"), "No space left on device" },
        { new ArgumentOutOfRangeException("count", "Too many."), "Too many." },
        { new AggregateException(new InvalidDataException("Broken.")), "Broken." },
        { new TypeInitializationException("T", new IOException("Gone.")), "Gone." },
        { new IOException("a\e[31m\rb"), @"a\x1B[31m\x0Db" },
            {
                new NullReferenceException("Object reference.\n at X"),
                "NullReferenceException: Object reference. LM_DEBUG=1 shows where."
            },
            {
                new ExternalException("Tensor shapes do not fit.\nException raised from…"),
                "ExternalException: Tensor shapes do not fit. LM_DEBUG=1 shows where."
            },
            {
                new OutOfMemoryException(),
                "There is not enough memory. A smaller network, batch, window or vocabulary needs less, "
                    + "and so does less text."
            },
            {
                new ExternalException(
                    "[enforce fail at alloc_cpu.cpp:127] DefaultCPUAllocator: can't allocate memory: you "
                        + "tried…\nframe #0"),
                "There is not enough memory. A smaller network, batch, window or vocabulary needs less, "
                    + "and so does less text."
            },
    };

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Failures))]
    public void Exceptions_are_described_in_plain_messages(Exception exception, string expected) =>
        Assert.Equal(expected, Failure.Describe(exception));

    [Fact]
    public async Task A_model_whose_numbers_overflow_is_reported_in_one_line_by_every_command()
    {
        var text = _folder["text.txt"];
        File.WriteAllText(text, string.Concat(Enumerable.Repeat("abcdefghijk", 40)));
        var model = SaveOverflowing(_folder["m"]);
        string[][] commands =
        [
            ["generate", model, "abc"],
            ["generate", model, "abc", "--engine", "torch"],
            ["generate", model, "abc", "--temperature", "0"],
            ["evaluate", model, text],
            ["evaluate", model, text, "--engine", "torch"],
            ["evaluate", model, text, "--neural-cache-search", "--neural-cache-size", "9"],
            ["quantize", model, text],
        ];
        foreach (var command in commands)
        {
            var (code, _, error) = await LmProcess.RunAsync(command);
            Assert.True(code == 1, $"{string.Join(' ', command)}: {code} {error}");
            Assert.StartsWith("lm: ", error);
            Assert.Equal(1, error.Count(c => c == '\n'));
        }

        Assert.False(File.Exists(Path.Combine(model, "precision.json")));
    }

    [Fact]
    public async Task A_failure_on_another_thread_is_also_reported_in_one_line()
    {
        var environment = new Dictionary<string, string>
        {
            ["DOTNET_STARTUP_HOOKS"] = typeof(StartupHook).Assembly.Location,
            [StartupHook.FailVariable] = "1",
        };
        var (code, _, error) = await LmProcess.RunAsync(
            environment, ["generate", Path.Combine(Repository.Root, "models", "tiny"), "Duck", "-n", "2000000000"]);

        Assert.Equal((1, "lm: InvalidOperationException: On purpose. LM_DEBUG=1 shows where.\n"), (code, error));
    }

    [Fact]
    public async Task The_stack_trace_is_printed_on_request()
    {
        var plain = await LmProcess.RunAsync("generate", _folder["none"]);
        var debugged = await LmProcess.RunAsync(new() { [Failure.DebugVariable] = "1" }, ["generate", _folder["none"]]);

        Assert.DoesNotContain("   at ", plain.Error);
        Assert.StartsWith(plain.Error, debugged.Error);
        Assert.Contains("   at LmModel.Checkpoints.ModelFolder.Open", debugged.Error);
    }

    [Fact]
    public async Task An_output_that_cannot_be_written_is_a_failure()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "/dev/full is Linux's.");
        var tiny = Path.Combine(Repository.Root, "models", "tiny");
        var (code, _, error) = await LmProcess.ShellAsync($"$lm generate {tiny} Duck -n 100000000 > /dev/full");

        Assert.Equal((1, "lm: No space left on device\n"), (code, error));
    }

    /// <summary>A model of finite weights whose logits are infinite.</summary>
    private static string SaveOverflowing(string folder)
    {
        var fixture = PyTorchFixture.Load("gru");
        var weights = fixture.Weights.ToDictionary(
            w => w.Key,
            w =>
                w.Key.StartsWith("fc.", StringComparison.Ordinal)
                    ? Array.ConvertAll(w.Value, x => x < 0 ? -3e38f : 3e38f)
                    : w.Value);
        ModelFolder.Save(
            folder, CharacterTokenizer.FromCorpus("abcdefghijk"), NetworkWeights.Of(fixture.Config, weights), "# m\n");
        return folder;
    }
}
