namespace LmModel.Training.Planning;

/// <summary>The numbers on which <see cref="TrainingPlan"/> bases its decisions, each with its reason.</summary>
internal static class TrainingPlanRules
{
    /// <summary>
    /// Texts up to this size are read by characters: each token of a larger vocabulary would occur too rarely.
    /// </summary>
    public const long LargestCharacterText = 3_000_000;

    /// <summary>
    /// With more distinct characters than this, most are too rare to be learned; their bytes are not.
    /// </summary>
    public const int MostCharacters = 512;

    /// <summary>
    /// Bytes of text per token of a BPE vocabulary. A rare token then occurs a few hundred times, and the output layer
    /// does not take the time that wider layers need.
    /// </summary>
    public const double BytesPerVocabularyToken = 4000;

    /// <summary>
    /// Bounds of a BPE vocabulary: below them, a token is hardly longer than a character; above them, the output matrix
    /// takes most of the time.
    /// </summary>
    public const int LeastVocabulary = 1024;

    /// <inheritdoc cref="LeastVocabulary"/>
    public const int MostVocabulary = 8192;

    /// <summary>Bytes per English word, including its space.</summary>
    public const double BytesPerWord = 5.2;

    /// <summary>
    /// Above this vocabulary size the output layer would take most of the time, so the softmax is sampled.
    /// </summary>
    public const int SampledVocabulary = 16_384;

    /// <inheritdoc cref="SampledVocabulary"/>
    public const int SampleSize = 4096;

    /// <summary>
    /// A model with a larger vocabulary than this ties its weights (Press and Wolf 2017), because the embedding
    /// would be most of the model.
    /// </summary>
    public const int TiedVocabulary = 1000;

    /// <summary>
    /// The speed of all products of a training relative to the one that is measured. That one is among the smallest;
    /// most products are for a whole window and are faster. Measured values are 1.9 in bf16 and 1.4 in fp32.
    /// </summary>
    public const double Efficiency = 1.5;

    /// <summary>
    /// Seconds per token and gate of a unit for everything except products, which matters for narrow networks.
    /// </summary>
    public const double GateSeconds = 6e-9;

    /// <summary>Seconds per token and logit: the softmax and its gradient, without their products.</summary>
    public const double LogitSeconds = 1.3e-9;

    /// <summary>Seconds per layer and time step, independent of the number of columns; matters when there are few
    /// columns.</summary>
    public const double TimeStepSeconds = 1e-4;

    /// <summary>
    /// Share of the time spent on training; the rest is for validations, saving and the measurements at the end.
    /// </summary>
    public const double TrainedShare = 0.9;

    /// <summary>
    /// Floating-point operations per token and parameter: two forward, four backward (Kaplan et al. 2020, section 2.1).
    /// </summary>
    public const double FlopsPerParameter = 6;

    /// <summary>
    /// The plan chooses the widest network that can read the text this often in the time: 20 times for a million
    /// tokens, proportionally less often for a shorter text, but at least <see cref="FewestEpochs"/> times. In a
    /// minute, 300 KB are better read 7 times by 512 units (1.273 nats per character) than 16 times by 192 units
    /// (1.345).
    /// </summary>
    public const double EpochsOfAMillionTokens = 20;

    /// <inheritdoc cref="EpochsOfAMillionTokens"/>
    public const double FewestEpochs = 7;

    /// <summary>If the text is too long for that, a network must read this many tokens per parameter.</summary>
    public const double TokensPerParameter = 4;

    /// <summary>Maximum number of parameters per token of a long text.</summary>
    public const double ParametersPerToken = 5;

    /// <summary>
    /// Maximum number of parameters per square root of the number of tokens of a short text: 192 units are best for 3
    /// KB, 256 to 384 for 20 KB, 512 for 60 KB and 768 for 300 KB. Wider networks were worse on each of these texts.
    /// </summary>
    public const double ParametersPerRootToken = 5300;

    /// <summary>
    /// Number of columns for a million tokens. A shorter text needs fewer, in proportion to the square root of its
    /// length, because fewer columns give more steps per epoch. Twice as many and half as many are within 0.5 % of each
    /// other.
    /// </summary>
    public const int ColumnsOfAMillionTokens = 64;

    /// <summary>
    /// T for a text of 100,000 characters or more. For a shorter text it decreases with the cube root of the length,
    /// down to <see cref="LeastWindow"/>.
    /// </summary>
    public const int CharacterWindow = 128;

    /// <inheritdoc cref="CharacterWindow"/>
    public const int LeastWindow = 16;

    /// <summary>
    /// One wide layer for characters. On tinyshakespeare, one layer of 512 units (1.2 million parameters) reaches 1.454
    /// nats per character after 20 epochs; two layers of 384 units (1.9 million) reach 1.475 after 17.
    /// </summary>
    public const int CharacterLayers = 1;

    /// <summary>A second layer for longer tokens, as in published word-level language models.</summary>
    public const int SubwordLayers = 2;

    /// <summary>
    /// An embedding is a quarter as wide as the layers, but not wider than the number of tokens in the vocabulary,
    /// because further dimensions would add nothing. It is a multiple of this value, the number of lanes in a vector.
    /// </summary>
    public const int EmbeddingStep = 16;

    /// <summary>The numbers of units to choose from if there is a time to plan for.</summary>
    public static readonly int[] Widths = [32, 64, 96, 128, 192, 256, 320, 384, 512, 640, 768, 1024, 1536, 2048];

    /// <summary>Number of units if a number of steps is given, so that there is no time to plan for.</summary>
    public const int UntimedWidth = 256;

    /// <summary>
    /// With fewer updates than this, the same tokens teach less. The number of columns and then the window are
    /// therefore halved, down to the minimums below, to get more updates: 60 KB read 36 times reach 1.524 nats per
    /// character after 949 steps, and 1.514 after 1,898.
    /// </summary>
    public const int LeastSteps = 2400;

    /// <inheritdoc cref="LeastSteps"/>
    public const int LeastColumns = 16;

    /// <inheritdoc cref="LeastSteps"/>
    public const int LeastTimedWindow = 64;

    /// <summary>T for longer tokens: these windows span at least as many characters as 128 of a character
    /// model.</summary>
    public const int SubwordWindow = 64;

    /// <summary>
    /// Peak of the learning rate for a plain network, which large steps destabilize.
    /// </summary>
    public const double PlainLearningRate = 2e-3;

    /// <summary>Maximum size of the held-out text in bytes: enough for three digits of a loss, and quick to
    /// score.</summary>
    public const double MostValidationBytes = 500_000;

    /// <summary>
    /// Maximum number of validations in a training: enough for a useful curve. They take at most the share
    /// <see cref="ValidationCost"/> of its operations.
    /// </summary>
    public const int MostValidations = 25;

    /// <inheritdoc cref="MostValidations"/>
    public const double ValidationCost = 0.05;

    /// <summary>
    /// Share of all steps, at the end, over which the weights are averaged.
    /// </summary>
    public const double AveragedShare = 0.05;

    /// <summary>
    /// The training ends early if the validation loss has not improved for this share of all steps. In 143 trainings on
    /// 1 KB to 300 KB with about the dropout below, this made only one worse, by 0.3 %.
    /// </summary>
    public const double PatientShare = 0.2;

    /// <summary>
    /// Weight decay of AdamW with any dropout: 0.1 improved tinyshakespeare from 1.432 to 1.419, and helps at every
    /// size.
    /// </summary>
    public const double RepeatedWeightDecay = 0.1;

    /// <summary>
    /// Maximum dropout between layers and before the output. A training whose exposure requires more ends earlier,
    /// because there is nothing more to learn from the text.
    /// </summary>
    public const double MostDropout = 0.75;

    /// <summary>Input dropout and weight drop, as shares of the dropout between layers and before the output.</summary>
    public const double InputShare = 0.4;

    /// <inheritdoc cref="InputShare"/>
    public const double WeightShare = 0.8;

    // Fitted to the best of several dropouts for 98 pairs of text and network, 1 KB to 1.1 MB, 5 to 340 epochs
    // (docs/training.md).
    private const double DropoutSlope = 0.11;
    private const double DropoutStart = 0.19;

    /// <summary>
    /// A text may be read this often even if that exceeds <see cref="MostExposure"/>: a network that is far too wide
    /// for its text, which only a user requests, is trained until the held-out loss rises. Planned networks read their
    /// text more often than this.
    /// </summary>
    public const double AllowedEpochs = 20;

    /// <summary>The exposure at which <see cref="MostDropout"/> is reached.</summary>
    public static readonly double MostExposure = Math.Exp((MostDropout + DropoutStart) / DropoutSlope);

    /// <summary>
    /// Dropout between layers and before the output. A network memorizes faster the more often it reads the text and
    /// the more parameters it has per token.
    /// </summary>
    /// <param name="exposure">Epochs times the number of parameters in products per token of the text.</param>
    /// <returns>0 to <see cref="MostDropout"/>, rounded to two digits.</returns>
    public static double Dropout(double exposure) =>
        Math.Round(Math.Clamp((DropoutSlope * Math.Log(Math.Max(1, exposure))) - DropoutStart, 0, MostDropout), 2);
}
