using LmModel.Checkpoints;
using LmModel.Corpora;
using LmModel.Generation;
using LmModel.Inference;
using LmModel.Sampling;

namespace LmModel.Guard.Measurement;

/// <summary>
/// Lets a model continue passages of its training text, where it copies most, without and with a guard: what is copied,
/// how often the guard acts, and what it costs.
/// </summary>
/// <param name="folder">The model.</param>
/// <param name="rule">What the guard refuses.</param>
/// <param name="sampling">How tokens are drawn.</param>
internal sealed class GuardMeasurement(ModelFolder folder, VerbatimRule rule, SamplingSettings sampling)
{
    /// <summary>Tokens of a text.</summary>
    public const int TextTokens = 500;

    /// <summary>Rounds at least, each without and with the guard, so that both see the same moods of the
    /// machine.</summary>
    private const int Rounds = 10;

    /// <summary>Texts that are stepped together.</summary>
    private const int TextsAtOnce = 128;

    private const int PromptCharacters = 200;

    // Characters of a piece of a corpus, about.
    private const long PieceCharacters = 10_000;

    /// <param name="model">Of the folder; left open.</param>
    /// <param name="training">What the model was trained on.</param>
    /// <param name="tokens">Tokens to draw, without and with the guard each; rounded up to whole texts.</param>
    /// <param name="cancellation">Ends it.</param>
    public async Task<GuardFigures> RunAsync(
        IStepModel model, IReadOnlyList<CorpusText> training, int tokens, CancellationToken cancellation)
    {
        var prompts = Prompts(training, (tokens + TextTokens - 1) / TextTokens);
        var (without, with) = (new Texts(), new Texts());
        var round = Math.Min(TextsAtOnce, (prompts.Count + Rounds - 1) / Rounds);
        // Compiles what the first round would otherwise wait for.
        await GenerateAsync(model, [.. prompts.Take(round)], null, new Texts(), cancellation);
        await GenerateAsync(model, [.. prompts.Take(round)], rule, new Texts(), cancellation);
        foreach (var (i, part) in prompts.Chunk(round).Index())
        {
            // What runs second finds the machine warmer.
            foreach (var texts in i % 2 == 0 ? [without, with] : new[] { with, without })
            {
                await GenerateAsync(model, part, texts == with ? rule : null, texts, cancellation);
            }
        }

        return Compare(training, without, with, cancellation);
    }

    private async Task GenerateAsync(
        IStepModel model, int[][] prompts, VerbatimRule? guard, Texts texts, CancellationToken cancellation)
    {
        using var engine = new GenerationEngine(
            model,
            folder.Tokenizer,
            folder.Config.StartToken,
            new GenerationEngineOptions { MaxActive = TextsAtOnce, MaxWaiting = int.MaxValue, PrefixCacheBytes = 0 },
            TimeProvider.System);
        var started = TimeProvider.System.GetTimestamp();
        var running = prompts.Select((prompt, seed) => ReadAsync(
            prompt,
            engine.TryStart(
                new GenerationSettings
                {
                    PromptTokens = prompt,
                    MaxTokens = TextTokens,
                    Seed = seed,
                    Sampling = sampling,
                    Guard = guard,
                },
                cancellation)!,
            texts));
        await Task.WhenAll(running.ToList());
        texts.Seconds.Add(TimeProvider.System.GetElapsedTime(started).TotalSeconds);
    }

    private async Task ReadAsync(int[] prompt, AdmittedGeneration generation, Texts texts)
    {
        var tokens = new List<int>(prompt);
        await foreach (var item in generation.Events)
        {
            if (item.Done is not { } done)
            {
                tokens.Add(item.Token.Id);
                continue;
            }

            lock (texts)
            {
                texts.Refused += done.Guarded ?? 0;
                texts.Tokens += done.CompletionTokens;
                texts.Drawn.Add(([.. tokens], prompt.Length));
                texts.Spelled.Add(Spell(prompt, [.. tokens]));
            }
        }
    }

    /// <summary>A text as the tokenizer splits it, and where it no longer agrees with the prompt alone.</summary>
    private (int[] Tokens, int From) Spell(int[] prompt, int[] tokens)
    {
        var spelled = folder.Tokenizer.Encode(folder.Tokenizer.Decode(tokens));
        return (spelled, spelled.AsSpan().CommonPrefixLength(prompt));
    }

    private GuardFigures Compare(
        IReadOnlyList<CorpusText> training, Texts without, Texts with, CancellationToken cancellation)
    {
        var check = new CopyCheck(rule.Run);
        foreach (var (tokens, from) in without.All.Concat(with.All))
        {
            check.Ask(tokens, from);
        }

        foreach (var part in training.SelectMany(text => folder.Tokenizer.Encode(text.Pieces())))
        {
            cancellation.ThrowIfCancellationRequested();
            check.Read(part);
        }

        var (absent, mistaken) = check.Mistakes(rule.Filter);
        return new(without.Figures(check), with.Figures(check), with.Refused, absent, mistaken);
    }

    /// <summary>Passages that are spread evenly over the training text, each from the beginning of a line.</summary>
    private List<int[]> Prompts(IReadOnlyList<CorpusText> training, int count)
    {
        var each = (count + training.Count - 1) / training.Count;
        var passages = training
            .SelectMany(text => text.Sample(2 * each * PieceCharacters).Select(PassageOf).Where(p => p.Length > 0))
            .ToList();
        return
        [
            .. Enumerable.Range(0, count).Select(i => folder.Tokenizer.Encode(
                passages[(int)((long)i * passages.Count / count)])),
        ];
    }

    private static string PassageOf(string piece)
    {
        var begin = piece.IndexOf('\n') + 1;
        return piece[begin..Math.Min(piece.Length, begin + PromptCharacters)];
    }

    /// <summary>Texts with what became of them.</summary>
    private sealed class Texts
    {
        public List<(int[] Tokens, int From)> Drawn { get; } = [];

        public List<(int[] Tokens, int From)> Spelled { get; } = [];

        public List<double> Seconds { get; } = [];

        public int Tokens { get; set; }

        public int Refused { get; set; }

        public IEnumerable<(int[] Tokens, int From)> All => Drawn.Concat(Spelled);

        public TextFigures Figures(CopyCheck check) => new(
            Tokens,
            Drawn.Sum(text => check.Copied(text.Tokens, text.From)),
            Spelled.Sum(text => check.Copied(text.Tokens, text.From)),
            Seconds);
    }
}
