namespace LmModel.Training.Checkpoints;

/// <summary>Where in the text a training is.</summary>
/// <param name="Epoch">Times that the text was begun before this one; −1 before the first window.</param>
/// <param name="Offset">Tokens of each column that were read, and those skipped at the epoch's beginning.</param>
internal readonly record struct TrainingPosition(int Epoch, long Offset);
