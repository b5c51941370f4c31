using System.Runtime.CompilerServices;
using LmModel.Chat;
using LmModel.Checkpoints;
using LmModel.Completion;
using LmModel.Corpora;
using LmModel.Evaluation.Samples;
using LmModel.Explanation;
using LmModel.Generation;
using LmModel.Inference;
using LmModel.Inference.Engines;
using LmModel.Networks;
using LmModel.Sampling;
using LmModel.Scoring;
using LmModel.Tokenization;
using LmModel.Training;
using LmModel.Training.Reporting;
using LmModel.Training.Settings;
using LmModel.Units;
using LmModel.Units.Activations;

namespace LmModel;

/// <summary>A trained model that generates, scores and tokenizes text. Open it once and share it.</summary>
/// <remarks>
/// All members may be called from several threads. Texts that are generated at the same time are read and drawn in one
/// batch, which changes no bit of any of them. Without libtorch, unless <see cref="TextModelOptions.Engine"/> asks for
/// it.
/// </remarks>
public sealed class TextModel : IDisposable
{
    /// <summary>Twice the engine's batch, so that the next texts are ready when places become free.</summary>
    private const int TextsAtOnce = 256;

    private readonly ModelFolder _folder;
    private readonly IStepModel _stepModel;
    private readonly GenerationEngine _engine;
    private readonly TextScorer _scorer;
    private readonly Lazy<TextCompleter> _completer;
    private readonly NetworkExplainer _gradients;
    private readonly ActivationReader _activations;

    private TextModel(ModelFolder folder, IStepModel stepModel)
    {
        (_folder, _stepModel) = (folder, stepModel);
        _engine = new GenerationEngine(
            stepModel, folder.Tokenizer, folder.Config.StartToken, GenerationEngineOptions.Unbounded,
            TimeProvider.System);
        _scorer = new TextScorer(_engine.TryStart, folder.Tokenizer);
        _completer = new(() => new(_engine.TryStart, folder.Tokenizer));
        _gradients = new NetworkExplainer(folder.ReadWeights);
        _activations = new ActivationReader(_engine.TryStart, folder.Tokenizer, HiddenLayout.Of(stepModel));
    }

    /// <summary>The name of the model's folder.</summary>
    public string Name => new DirectoryInfo(_folder.Path).Name;

    /// <summary>The architecture.</summary>
    public ModelConfig Config => _folder.Config;

    /// <summary>
    /// How tokens are drawn where <see cref="GenerateOptions.Sampling"/> is null: as the folder's
    /// <c>generation_config.json</c> says, or by the defaults of <see cref="SamplingSettings"/>.
    /// </summary>
    public SamplingSettings DefaultSampling => _folder.Defaults.Sampling;

    /// <summary>
    /// The most tokens that are drawn where <see cref="GenerateOptions.MaxTokens"/> is null: as the folder's
    /// <c>generation_config.json</c> says, or 500.
    /// </summary>
    public int DefaultMaxTokens => _folder.Defaults.MaxTokens ?? GenerateOptions.DefaultMaxTokens;

    /// <summary>
    /// The texts that end a text where <see cref="GenerateOptions.Stop"/> is null: as the folder's
    /// <c>generation_config.json</c> says, or none.
    /// </summary>
    public IReadOnlyList<string> DefaultStop => _folder.Defaults.Stop;

    /// <summary>Opens a model folder and loads its weights.</summary>
    /// <param name="folder">The path of a folder that a training or <c>lm</c> has written.</param>
    /// <param name="options">How the model is run; null for the defaults.</param>
    /// <exception cref="ModelFolderException">
    /// A file is missing, broken or does not fit the others; the message lists everything that is wrong.
    /// </exception>
    /// <exception cref="ArgumentException">The engine does not offer the precision.</exception>
    /// <exception cref="TorchUnavailableException">The torch engine is requested and libtorch does not
    /// load.</exception>
    public static TextModel Open(string folder, TextModelOptions? options = null)
    {
        options ??= new();
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Threads, 1);
        var opened = ModelFolder.Open(folder);
        var precision = StepModels.PrecisionFor(options.Engine, options.Precision, opened.DefaultPrecision);
        return new(
            opened,
            StepModels.Create(opened.ReadWeights(), options.Engine, precision, options.Threads));
    }

    /// <summary>
    /// Trains a model on a text and saves it, as <c>lm train</c> does. Needs the package TorchSharp-cpu.
    /// </summary>
    /// <param name="text">A UTF-8 text file, or a folder of .txt files.</param>
    /// <param name="folder">
    /// The model folder to write; made where it is missing. It must be empty, unless <see cref="TrainOptions.Resume"/>.
    /// </param>
    /// <param name="options">What is decided; null leaves everything to the plan.</param>
    /// <param name="progress">Called now and then, on the calling thread.</param>
    /// <param name="cancellationToken">Saves and ends the training, which can then be resumed.</param>
    /// <returns>The model's losses on the text that was held out.</returns>
    /// <exception cref="CorpusException">The text cannot be read, or is too short; the message says what and
    /// where.</exception>
    /// <exception cref="ArgumentException">The options do not fit each other, or the folder is not empty.</exception>
    /// <exception cref="TrainingException">The loss diverged.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled; the training is saved.</exception>
    /// <exception cref="TorchUnavailableException">libtorch does not load.</exception>
    public static TrainedModel Train(
        string text,
        string folder,
        TrainOptions? options = null,
        Action<TrainingProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        options ??= new();
        var path = Path.GetFullPath(folder);
        if (!options.Resume && Directory.Exists(path) && Directory.EnumerateFileSystemEntries(path).Any())
        {
            throw new ArgumentException($"{folder} is not empty. Resume its training, or choose another folder.");
        }

        var corpus = Corpus.Open(text, cancellationToken);
        TorchRuntime.Initialize(options.Threads);
        using var trainer = options.Resume ? Trainer.Resume(corpus, path) : Start(corpus, path, options);
        if (!trainer.Run(progress ?? (_ => { }), cancellationToken))
        {
            throw new OperationCanceledException(cancellationToken);
        }

        var threads = options.Threads ?? Environment.ProcessorCount;
        var trained = trainer.Finish(threads, cancellationToken);
        DefaultsRecord.SaveAsync(path, trainer.Split, threads, cancellationToken).GetAwaiter().GetResult();
        return trained;
    }

    /// <summary>Generates a text that continues from a prompt, token by token.</summary>
    /// <param name="prompt">The text to continue from; may be empty.</param>
    /// <param name="options">How much is generated and how tokens are drawn; null for the defaults.</param>
    /// <param name="cancellationToken">
    /// Ends the generation before its next token, as ending the enumeration does.
    /// </param>
    /// <returns>The tokens as they are drawn. The concatenation of their texts is the generated text.</returns>
    /// <exception cref="UnknownCharacterException">The vocabulary lacks a character of the prompt.</exception>
    /// <exception cref="ArgumentException">
    /// An option is outside of its range, or the folder has no filter for <see cref="GenerateOptions.Verbatim"/>.
    /// </exception>
    /// <exception cref="NonFiniteLogitsException">The weights give a logit that is not a number.</exception>
    /// <exception cref="ObjectDisposedException">The model is disposed, before or while this runs.</exception>
    public async IAsyncEnumerable<TokenEvent> GenerateAsync(
        string prompt,
        GenerateOptions? options = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        options ??= new();
        options.ThrowIfInvalid();
        var settings = options.SettingsFor(Tokenize(prompt), _folder.Defaults, _folder.Guard);
        await foreach (var token in RunAsync(settings, cancellationToken))
        {
            yield return token;
        }
    }

    /// <summary>The prompt of a conversation, for <see cref="GenerateAsync"/>.</summary>
    /// <param name="messages">
    /// As the folder's <c>chat_template.txt</c> says. Without one they are the paragraphs of a text, except that what
    /// the assistant said continues the paragraph before it as it was generated.
    /// </param>
    /// <exception cref="ArgumentException">The template has no section for the role of a message.</exception>
    public ChatPrompt PromptFor(IReadOnlyList<ChatMessage> messages)
    {
        ArgumentNullException.ThrowIfNull(messages);
        return ChatPrompt.Of(_folder.ChatTemplate, messages);
    }

    /// <summary>
    /// Completes a text that is being typed: the most probable ways to continue it up to the end of a word or line. A
    /// word that has begun is continued, also where the tokenizer would have cut it differently. After one more letter
    /// only what has become certain is read. The same text and options give the same completions.
    /// </summary>
    /// <param name="text">What has been typed; may be empty.</param>
    /// <param name="options">What to look for; null for the three most probable words.</param>
    /// <param name="cancellationToken">Ends the work before its next step.</param>
    /// <returns>Best first; fewer than wanted if no more were found.</returns>
    /// <exception cref="UnknownCharacterException">The vocabulary lacks a character of the text.</exception>
    /// <exception cref="ArgumentException">An option is outside of its range.</exception>
    /// <exception cref="NonFiniteLogitsException">The weights give a logit that is not finite.</exception>
    /// <exception cref="ObjectDisposedException">The model is disposed, before or while this runs.</exception>
    public async Task<IReadOnlyList<TextCompletion>> CompleteAsync(
        string text, CompleteOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(text);
        options ??= new();
        options.ThrowIfInvalid();
        var request = _completer.Value.Request(text, options.Count, options.Until, options.Words);
        return (await _completer.Value.CompleteAsync(request, cancellationToken)).Completions;
    }

    /// <summary>
    /// Measures how well the model predicts a text: for each of its tokens, the logarithm of the probability that the
    /// model gave it after all tokens before it.
    /// </summary>
    /// <param name="text">At least one token.</param>
    /// <param name="given">
    /// A text before it that is read but not scored; empty for the beginning of a text. With null the first token of
    /// the text is read but not scored, as by <c>lm evaluate</c>.
    /// </param>
    /// <param name="cancellationToken">Ends the scoring before its next token.</param>
    /// <exception cref="UnknownCharacterException">The vocabulary lacks a character of the text.</exception>
    /// <exception cref="ArgumentException">The text is empty.</exception>
    /// <exception cref="NonFiniteLogitsException">The weights give a logit that is not finite.</exception>
    /// <exception cref="ObjectDisposedException">The model is disposed, before or while this runs.</exception>
    public Task<TextScore> ScoreAsync(
        string text, string? given = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(text);
        return _scorer.TryScore(RequestFor(text, given), cancellationToken)
            ?? throw new InvalidOperationException("The engine admits no more texts.");
    }

    /// <summary>Scores many texts in batches, each by itself, with memory for a batch only.</summary>
    /// <param name="texts">Each has at least one token.</param>
    /// <param name="given">As for <see cref="ScoreAsync"/>, for each of the texts.</param>
    /// <param name="cancellationToken">Ends the scoring.</param>
    /// <returns>The scores in the order of the texts, as soon as they are known.</returns>
    /// <inheritdoc cref="ScoreAsync" path="/exception"/>
    public IAsyncEnumerable<TextScore> ScoreManyAsync(
        IAsyncEnumerable<string> texts, string? given = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(texts);
        var requests = texts.Select(text => (text, (ScoreRequest?)RequestFor(text, given)));
        return _scorer.ScoreAsync(requests, TextsAtOnce, cancellationToken).Select(scored => scored.Score!);
    }

    /// <summary>
    /// Explains why the model gives a text its probability after a prompt: what each token of the prompt contributed,
    /// by exact counterfactuals, which cost about n² tokens of reading for a prompt of n, and in fp32 by gradients and a
    /// decomposition of the state.
    /// </summary>
    /// <param name="prompt">At least one token.</param>
    /// <param name="target">The text that follows; at least one token.</param>
    /// <param name="against">Another text, to explain why the target and not this one follows; null for none.</param>
    /// <param name="methods">Each once; null for all but integrated gradients, which take long.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="UnknownCharacterException">The vocabulary lacks a character of a text.</exception>
    /// <exception cref="ArgumentException">
    /// A text is empty, there is no method, or one of them is not for the cell of the model.
    /// </exception>
    /// <exception cref="NonFiniteLogitsException">The weights give a logit that is not finite.</exception>
    public Task<TextExplanation> ExplainAsync(
        string prompt,
        string target,
        string? against = null,
        IReadOnlyList<ExplanationMethod>? methods = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(prompt);
        ArgumentException.ThrowIfNullOrEmpty(target);
        methods ??= ExplanationRequest.DefaultMethodsOf(Config.Cell);
        ArgumentOutOfRangeException.ThrowIfZero(methods.Count, nameof(methods));
        foreach (var other in methods.Except(ExplanationRequest.MethodsOf(Config.Cell)))
        {
            throw new ArgumentException($"{other} is for LSTMs; {Name} has {Config.Cell} cells.", nameof(methods));
        }

        var request = new ExplanationRequest(
            Tokenize(prompt), Tokenize(target), against is null ? null : Tokenize(against), [.. methods.Distinct()]);
        return new Explainer(_engine.TryStart, _folder.Tokenizer, Config.StartToken, _gradients)
            .ExplainAsync(request, TextsAtOnce, cancellationToken);
    }

    /// <summary>Reads a text and reports the activations h of units after each of its tokens.</summary>
    /// <param name="text">At least one token.</param>
    /// <param name="units">At least one.</param>
    /// <param name="cancellationToken">Ends the reading before its next token.</param>
    /// <exception cref="UnknownCharacterException">The vocabulary lacks a character of the text.</exception>
    /// <exception cref="ArgumentException">The text is empty, or the network does not have one of the units.</exception>
    /// <exception cref="NonFiniteLogitsException">The weights give a logit that is not finite.</exception>
    /// <exception cref="ObjectDisposedException">The model is disposed, before or while this runs.</exception>
    public Task<TextActivations> StatesAsync(
        string text, IReadOnlyList<UnitIndex> units, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(text);
        ArgumentOutOfRangeException.ThrowIfZero(units.Count, nameof(units));
        return _activations.ReadAsync(Tokenize(text), units, cancellationToken);
    }

    /// <summary>The ids of a text's tokens, each below V.</summary>
    /// <exception cref="UnknownCharacterException">The vocabulary lacks a character of the text.</exception>
    public int[] Tokenize(string text) => _folder.Tokenizer.Encode(text);

    /// <summary>The text of tokens; bytes that are not UTF-8 become U+FFFD.</summary>
    /// <param name="ids">Each from 0 to below V.</param>
    /// <exception cref="ArgumentOutOfRangeException">An id is not below V.</exception>
    public string Detokenize(IReadOnlyList<int> ids) => _folder.Tokenizer.Decode([.. ids]);

    /// <summary>Ends all generations that still run with <see cref="ObjectDisposedException"/>.</summary>
    public void Dispose()
    {
        _engine.Dispose();
        _stepModel.Dispose();
        _gradients.Dispose();
    }

    private static Trainer Start(Corpus corpus, string folder, TrainOptions options)
    {
        var card = new ModelCard
        {
            Name = Path.GetFileName(Path.TrimEndingDirectorySeparator(folder)),
            Command = $"TextModel.Train(\"{corpus.Name}\", …)",
            About = options.About,
        };
        return TrainingSetup.For(corpus, options.Choices, options.HoldOut, options.Minutes)
            .Start(folder, card, options.Rules);
    }

    private ScoreRequest RequestFor(string text, string? given) =>
        ScoreRequest.Of(_folder.Tokenizer, Config.StartToken, text, given);

    private async IAsyncEnumerable<TokenEvent> RunAsync(
        GenerationSettings settings, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var generation = _engine.TryStart(settings, cancellation)
            ?? throw new InvalidOperationException("The engine admits no more texts.");
        await foreach (var next in generation.Events)
        {
            if (next.Done is null)
            {
                yield return next.Token;
            }
        }
    }
}
