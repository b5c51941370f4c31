namespace LmModel.Training.Settings;

/// <summary>A training cannot continue; the message states why and what to change.</summary>
public sealed class TrainingException(string message) : Exception(message);
