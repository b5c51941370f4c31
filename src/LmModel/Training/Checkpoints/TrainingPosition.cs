namespace LmModel.Training.Checkpoints;

/// <summary>The position of a training in its text.</summary>
/// <param name="Epoch">Number of times that the text was started before this one; −1 before the first window.</param>
/// <param name="Offset">Tokens of each column that were read, including those skipped at the start of the
/// epoch.</param>
internal readonly record struct TrainingPosition(int Epoch, long Offset);
