namespace LmModel.Training.Settings;

/// <summary>What a random number of a training is for; each has a sequence of its own under the seed.</summary>
internal enum TrainingRandom
{
    Offset = 1,
    Reset = 2,
    Dropout = 3,
    Length = 4,
    Sample = 5,
}
