namespace LmModel.Training.Planning;

/// <summary>The numbers that <see cref="TrainingPlan"/> decides by, each with its reason.</summary>
internal static class TrainingPlanRules
{
    /// <summary>
    /// Up to here a text is read by the character: a vocabulary of longer tokens would see each too rarely.
    /// </summary>
    public const long LargestCharacterText = 3_000_000;

    /// <summary>
    /// More different characters than this are mostly seen too rarely to be learnt; their bytes are not.
    /// </summary>
    public const int MostCharacters = 512;

    /// <summary>
    /// Bytes of text for each token of a BPE vocabulary: a rare one is then seen some hundred times, and the output
    /// layer does not take the time of wider layers.
    /// </summary>
    public const double BytesPerVocabularyToken = 4000;

    /// <summary>
    /// Bounds of a BPE vocabulary: below, a token is hardly longer than a character; above, the output matrix takes the
    /// time.
    /// </summary>
    public const int LeastVocabulary = 1024;

    /// <inheritdoc cref="LeastVocabulary"/>
    public const int MostVocabulary = 8192;

    /// <summary>Bytes of a word and its space in English.</summary>
    public const double BytesPerWord = 5.2;

    /// <summary>
    /// Above this vocabulary the output layer would take most of the time, so that a sample stands for it.
    /// </summary>
    public const int SampledVocabulary = 16_384;

    /// <inheritdoc cref="SampledVocabulary"/>
    public const int SampleSize = 4096;

    /// <summary>
    /// A model of such a vocabulary ties its weights (Press and Wolf 2017): the embedding would be most of it.
    /// </summary>
    public const int TiedVocabulary = 1000;

    /// <summary>
    /// The rate of a training's products beside that of the one product that is measured, which is among its smallest:
    /// most are of a whole window and faster. 1.9 was seen in bf16, 1.4 in fp32.
    /// </summary>
    public const double Efficiency = 1.5;

    /// <summary>
    /// Seconds a token for each gate of a unit, for everything but products, which matters for narrow networks.
    /// </summary>
    public const double GateSeconds = 6e-9;

    /// <summary>Seconds a token for each logit: the softmax and its gradient, beside their products.</summary>
    public const double LogitSeconds = 1.3e-9;

    /// <summary>Seconds a layer and step of time, however many columns there are: it weighs on few of them.</summary>
    public const double TimeStepSeconds = 1e-4;

    /// <summary>
    /// Share of the time that is trained in; the rest is for validations, saving and the measurements at the end.
    /// </summary>
    public const double TrainedShare = 0.9;

    /// <summary>
    /// Operations a token and parameter: two forward, four backward (Kaplan et al. 2020, section 2.1).
    /// </summary>
    public const double FlopsPerParameter = 6;

    /// <summary>
    /// A network is the widest that reads the text this often in the time: 20 times a million tokens, in proportion
    /// less of a shorter text, but never less than <see cref="FewestEpochs"/>. In a minute, 300 KB are better read 7
    /// times by 512 units (1.273 nats a character) than 16 times by 192 (1.345).
    /// </summary>
    public const double EpochsOfAMillionTokens = 20;

    /// <inheritdoc cref="EpochsOfAMillionTokens"/>
    public const double FewestEpochs = 7;

    /// <summary>Of a text too long for that, a network must read this many tokens for each of its parameters.</summary>
    public const double TokensPerParameter = 4;

    /// <summary>Parameters for each token of a long text, at most …</summary>
    public const double ParametersPerToken = 5;

    /// <summary>
    /// … and for the square root of the tokens of a short one: 192 units are best for 3 KB, 256 to 384 for 20 KB, 512
    /// for 60 KB and 768 for 300 KB. Wider ones were worse on each.
    /// </summary>
    public const double ParametersPerRootToken = 5300;

    /// <summary>
    /// Columns that suit a million tokens. Fewer suit a shorter text, with the square root of its length: they make
    /// more steps of an epoch. Twice as many or half of them are within 0.5 % of each other.
    /// </summary>
    public const int ColumnsOfAMillionTokens = 64;

    /// <summary>
    /// T of a text of 100,000 characters or more; of a shorter one it falls with the cube root of the length, to the
    /// least.
    /// </summary>
    public const int CharacterWindow = 128;

    /// <inheritdoc cref="CharacterWindow"/>
    public const int LeastWindow = 16;

    /// <summary>
    /// One wide layer for characters: on tinyshakespeare one of 512 units, 1.2 million parameters, is at 1.454 nats a
    /// character after 20 epochs; two of 384, 1.9 million, were at 1.475 after 17.
    /// </summary>
    public const int CharacterLayers = 1;

    /// <summary>A second layer for longer tokens, as the published language models of words have.</summary>
    public const int SubwordLayers = 2;

    /// <summary>
    /// An embedding is a quarter of the units wide, but not wider than the vocabulary has tokens: further dimensions
    /// can say nothing more. A multiple of this, the lanes of a vector.
    /// </summary>
    public const int EmbeddingStep = 16;

    /// <summary>Units of a layer that are chosen among, where the time decides.</summary>
    public static readonly int[] Widths = [32, 64, 96, 128, 192, 256, 320, 384, 512, 640, 768, 1024, 1536, 2048];

    /// <summary>Units where a number of steps was asked for, which says nothing about time.</summary>
    public const int UntimedWidth = 256;

    /// <summary>
    /// Fewer updates than this teach less of the same tokens, so that columns are halved and then the window, down to
    /// these, to make more of them: 60 KB read 36 times are at 1.524 nats a character after 949 steps, at 1.514 after
    /// 1,898.
    /// </summary>
    public const int LeastSteps = 2400;

    /// <inheritdoc cref="LeastSteps"/>
    public const int LeastColumns = 16;

    /// <inheritdoc cref="LeastSteps"/>
    public const int LeastTimedWindow = 64;

    /// <summary>T of a model of longer tokens: as many characters as 128 of a character model, and more.</summary>
    public const int SubwordWindow = 64;

    /// <summary>
    /// Peak of the learning rate of a plain network, which a step too long throws out of its balance.
    /// </summary>
    public const double PlainLearningRate = 2e-3;

    /// <summary>Bytes held out, at most: enough for three digits of a loss, and quick to score.</summary>
    public const double MostValidationBytes = 500_000;

    /// <summary>
    /// Validations of a training: a curve worth looking at, in no more than this share of its operations.
    /// </summary>
    public const int MostValidations = 25;

    /// <inheritdoc cref="MostValidations"/>
    public const double ValidationCost = 0.05;

    /// <summary>
    /// The weights are averaged over the last so many of all steps: what the schedule has settled in.
    /// </summary>
    public const double AveragedShare = 0.05;

    /// <summary>
    /// The training ends early when the validation loss has no new best for this share of all steps. Of 143 trainings
    /// of 1 KB to 300 KB with about the dropout below, this made one worse, by 0.3 %.
    /// </summary>
    public const double PatientShare = 0.2;

    /// <summary>
    /// Decay of AdamW where anything is dropped: 0.1 took tinyshakespeare from 1.432 to 1.419, and gains at every size.
    /// </summary>
    public const double RepeatedWeightDecay = 0.1;

    /// <summary>
    /// Most of what may be dropped between layers and before the output. A training whose exposure asks for more ends
    /// before: what the text teaches is learnt.
    /// </summary>
    public const double MostDropout = 0.75;

    /// <summary>Input dropout and weight drop, as shares of the dropout between layers and before the output.</summary>
    public const double InputShare = 0.4;

    /// <inheritdoc cref="InputShare"/>
    public const double WeightShare = 0.8;

    // Fitted to the best of several dropouts in 98 pairs of text and network, 1 KB to 1.1 MB, 5 to 340 epochs
    // (docs/training.md).
    private const double DropoutSlope = 0.11;
    private const double DropoutStart = 0.19;

    /// <summary>
    /// A text may be read this often even if that exceeds <see cref="MostExposure"/>: a network far too wide for its
    /// text, which is only ever asked for, is trained until the held-out loss rises. Networks that are planned read
    /// more often than this.
    /// </summary>
    public const double AllowedEpochs = 20;

    /// <summary>The exposure at which <see cref="MostDropout"/> is reached.</summary>
    public static readonly double MostExposure = Math.Exp((MostDropout + DropoutStart) / DropoutSlope);

    /// <summary>
    /// Dropout between layers and before the output: a network learns by heart the faster the more often it reads the
    /// text and the more parameters it has for each token of it.
    /// </summary>
    /// <param name="exposure">Epochs times parameters in products for each token of the text.</param>
    /// <returns>0 to <see cref="MostDropout"/>, two digits.</returns>
    public static double Dropout(double exposure) =>
        Math.Round(Math.Clamp((DropoutSlope * Math.Log(Math.Max(1, exposure))) - DropoutStart, 0, MostDropout), 2);
}
