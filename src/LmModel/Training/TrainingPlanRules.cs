namespace LmModel.Training;

/// <summary>The numbers that <see cref="TrainingPlan"/> decides by, each with its reason.</summary>
internal static class TrainingPlanRules
{
    /// <summary>Up to here a text is read by the character: a vocabulary of longer tokens would see each too rarely.</summary>
    public const long LargestCharacterText = 3_000_000;

    /// <summary>More different characters than this are mostly seen too rarely to be learnt; their bytes are not.</summary>
    public const int MostCharacters = 512;

    /// <summary>Bytes of text for each token of a BPE vocabulary, so that a rare one is still seen some hundred times.</summary>
    public const double BytesPerVocabularyToken = 1000;

    /// <summary>Bounds of a BPE vocabulary: below, a token is hardly longer than a character; above, the output matrix takes the time.</summary>
    public const int LeastVocabulary = 1024;

    /// <inheritdoc cref="LeastVocabulary"/>
    public const int MostVocabulary = 8192;

    /// <summary>Bytes of a word and its space in English.</summary>
    public const double BytesPerWord = 5.2;

    /// <summary>Above this vocabulary the output layer would take most of the time, so that a sample stands for it.</summary>
    public const int SampledVocabulary = 16_384;

    /// <inheritdoc cref="SampledVocabulary"/>
    public const int SampleSize = 4096;

    /// <summary>A model of such a vocabulary ties its weights (Press and Wolf 2017): the embedding would be most of it.</summary>
    public const int TiedVocabulary = 1000;

    /// <summary>
    /// The rate of a training's products beside that of the one product that is measured, which is among its smallest: most
    /// are of a whole window and faster. Somewhat below what was seen, 1.5.
    /// </summary>
    public const double Efficiency = 1.2;

    /// <summary>
    /// What is no product, for each gate of a unit, in operations that would take as long: it weighs on narrow networks.
    /// </summary>
    public const double FlopsPerGate = 3000;

    /// <summary>Share of the time that is trained in; the rest is for validations, saving and the measurements at the end.</summary>
    public const double TrainedShare = 0.9;

    /// <summary>Operations a token and parameter: two forward, four backward (Kaplan et al. 2020, section 2.1).</summary>
    public const double FlopsPerParameter = 6;

    /// <summary>
    /// A network is the widest that reads the text this often in the time …: on tinyshakespeare 384 units that read it 17 times
    /// are as good as 512 that do, in half of the time.
    /// </summary>
    public const double LeastEpochs = 16;

    /// <summary>… or, of a text too long for that, this many tokens for each of its parameters (Hoffmann et al. 2022).</summary>
    public const double TokensPerParameter = 20;

    /// <summary>Parameters for each token of text, at most: beyond, dropout no longer keeps it from learning by heart.</summary>
    public const double ParametersPerToken = 5;

    /// <summary>A text is not read more often than this: what it teaches is learnt long before.</summary>
    public const double MostEpochs = 60;

    /// <summary>Units of a layer that are chosen among, where the time decides.</summary>
    public static readonly int[] Widths = [32, 64, 96, 128, 192, 256, 320, 384, 512, 640, 768, 1024, 1536, 2048];

    /// <summary>Units where a number of steps was asked for, which says nothing about time.</summary>
    public const int UntimedWidth = 256;

    /// <summary>Fewer updates than this teach little, so that columns are halved, down to the least, to make more of them.</summary>
    public const int LeastSteps = 1500;

    /// <inheritdoc cref="LeastSteps"/>
    public const int LeastColumns = 16;

    /// <summary>T of a model of longer tokens: as many characters as 128 of a character model, and more.</summary>
    public const int SubwordWindow = 64;

    /// <summary>Peak of the learning rate of a plain network, which a step too long throws out of its balance.</summary>
    public const double PlainLearningRate = 2e-3;

    /// <summary>Bytes held out, at most: enough for three digits of a loss, and quick to score.</summary>
    public const double MostValidationBytes = 500_000;

    /// <summary>Validations of a training: a curve worth looking at, in no more than this share of its operations.</summary>
    public const int MostValidations = 25;

    /// <inheritdoc cref="MostValidations"/>
    public const double ValidationCost = 0.05;

    /// <summary>The weights are averaged over the last so many of all steps: what the schedule has settled in.</summary>
    public const double AveragedShare = 0.05;

    /// <summary>How much is dropped, by how often the text is read: what is seen once cannot be learnt by heart.</summary>
    public static readonly DropoutRule[] Dropouts =
    [
        new(Epochs: 0, Between: 0, Input: 0, Embedding: 0, Weight: 0),
        new(Epochs: 3, Between: 0.1, Input: 0, Embedding: 0, Weight: 0),
        new(Epochs: 6, Between: 0.15, Input: 0.05, Embedding: 0, Weight: 0.1),
        new(Epochs: 12, Between: 0.25, Input: 0.1, Embedding: 0, Weight: 0.2),
        new(Epochs: 25, Between: 0.35, Input: 0.1, Embedding: 0, Weight: 0.3),
        new(Epochs: 40, Between: 0.4, Input: 0.1, Embedding: 0.05, Weight: 0.5),
    ];

    /// <summary>A line of <see cref="Dropouts"/>.</summary>
    /// <param name="Epochs">From how many epochs on it holds.</param>
    /// <param name="Between">Dropout between layers and before the output.</param>
    /// <param name="Input">Dropout of the embedded tokens.</param>
    /// <param name="Embedding">Dropout of whole tokens.</param>
    /// <param name="Weight">Dropout of the recurrent matrices.</param>
    public sealed record DropoutRule(double Epochs, double Between, double Input, double Embedding, double Weight);
}
