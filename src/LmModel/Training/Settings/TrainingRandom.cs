namespace LmModel.Training.Settings;

/// <summary>The purpose of a random number in a training; each purpose has its own sequence for a seed.</summary>
internal enum TrainingRandom
{
    Offset = 1,
    Reset = 2,
    Dropout = 3,
    Length = 4,
    Sample = 5,
}
