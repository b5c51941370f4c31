namespace LmModel.Training;

/// <summary>The numbers that <see cref="TrainingPlan"/> decides by, each with its reason.</summary>
internal static class TrainingPlanRules
{
    /// <summary>Up to here a text is read by the character: a vocabulary of longer tokens would see each too rarely.</summary>
    public const long LargestCharacterText = 3_000_000;

    /// <summary>More different characters than this are mostly seen too rarely to be learnt; their bytes are not.</summary>
    public const int MostCharacters = 512;

    /// <summary>
    /// Bytes of text for each token of a BPE vocabulary: a rare one is then seen some hundred times, and the output layer does not
    /// take the time of wider layers.
    /// </summary>
    public const double BytesPerVocabularyToken = 4000;

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
    /// are of a whole window and faster. 1.9 was seen in bf16, 1.4 in fp32.
    /// </summary>
    public const double Efficiency = 1.5;

    /// <summary>Seconds a token for each gate of a unit, for what is no product: it weighs on narrow networks.</summary>
    public const double GateSeconds = 6e-9;

    /// <summary>Seconds a token for each logit: the softmax and its gradient, beside their products.</summary>
    public const double LogitSeconds = 1.3e-9;

    /// <summary>Seconds a layer and step of time, however many columns there are: it weighs on few of them.</summary>
    public const double TimeStepSeconds = 1e-4;

    /// <summary>Share of the time that is trained in; the rest is for validations, saving and the measurements at the end.</summary>
    public const double TrainedShare = 0.9;

    /// <summary>Operations a token and parameter: two forward, four backward (Kaplan et al. 2020, section 2.1).</summary>
    public const double FlopsPerParameter = 6;

    /// <summary>
    /// A network is the widest that reads the text this often in the time …: on tinyshakespeare, one layer that reads it 20
    /// times, 768 units are at 1.437 nats a character and 512 at 1.454.
    /// </summary>
    public const double LeastEpochs = 20;

    /// <summary>… or, of a text too long for that, this many tokens for each of its parameters (Hoffmann et al. 2022).</summary>
    public const double TokensPerParameter = 20;

    /// <summary>Parameters for each token of text, at most: beyond, dropout no longer keeps it from learning by heart.</summary>
    public const double ParametersPerToken = 5;

    /// <summary>A text is not read more often than this: what it teaches is learnt long before.</summary>
    public const double MostEpochs = 60;

    /// <summary>
    /// One wide layer for characters: on tinyshakespeare one of 512 units, 1.2 million parameters, is at 1.454 nats a character
    /// after 20 epochs; two of 384, 1.9 million, were at 1.475 after 17.
    /// </summary>
    public const int CharacterLayers = 1;

    /// <summary>A second layer for longer tokens, as the published language models of words have.</summary>
    public const int SubwordLayers = 2;

    /// <summary>
    /// An embedding is a quarter of the units wide, but not wider than the vocabulary has tokens: further dimensions can say
    /// nothing more. A multiple of this, the lanes of a vector.
    /// </summary>
    public const int EmbeddingStep = 16;

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

    /// <summary>
    /// Share of the dropouts that a plain network gets, as it learns less by heart: half of them took a tanh network of 768
    /// units to 1.505 nats a character, contiguous, on tinyshakespeare.
    /// </summary>
    public const double PlainDropout = 0.5;

    /// <summary>Bytes held out, at most: enough for three digits of a loss, and quick to score.</summary>
    public const double MostValidationBytes = 500_000;

    /// <summary>Validations of a training: a curve worth looking at, in no more than this share of its operations.</summary>
    public const int MostValidations = 25;

    /// <inheritdoc cref="MostValidations"/>
    public const double ValidationCost = 0.05;

    /// <summary>The weights are averaged over the last so many of all steps: what the schedule has settled in.</summary>
    public const double AveragedShare = 0.05;

    /// <summary>
    /// How much is dropped, by how often the text is read: what is seen once cannot be learnt by heart. On tinyshakespeare, 20
    /// epochs of 768 units are at 1.425 nats a character with 0.25 and 0.2, at 1.437 with 0.3 and 0.3.
    /// </summary>
    public static readonly DropoutRule[] Dropouts =
    [
        new(Epochs: 0, Between: 0, Input: 0, Embedding: 0, Weight: 0),
        new(Epochs: 3, Between: 0.1, Input: 0, Embedding: 0, Weight: 0),
        new(Epochs: 6, Between: 0.15, Input: 0.05, Embedding: 0, Weight: 0.1),
        new(Epochs: 12, Between: 0.25, Input: 0.1, Embedding: 0, Weight: 0.2),
        new(Epochs: 30, Between: 0.35, Input: 0.1, Embedding: 0, Weight: 0.3),
        new(Epochs: 45, Between: 0.4, Input: 0.1, Embedding: 0.05, Weight: 0.5),
    ];

    /// <summary>A line of <see cref="Dropouts"/>.</summary>
    /// <param name="Epochs">From how many epochs on it holds.</param>
    /// <param name="Between">Dropout between layers and before the output.</param>
    /// <param name="Input">Dropout of the embedded tokens.</param>
    /// <param name="Embedding">Dropout of whole tokens.</param>
    /// <param name="Weight">Dropout of the recurrent matrices.</param>
    public sealed record DropoutRule(double Epochs, double Between, double Input, double Embedding, double Weight);
}
