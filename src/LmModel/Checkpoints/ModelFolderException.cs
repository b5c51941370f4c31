namespace LmModel.Checkpoints;

/// <summary>A model folder cannot be used; the message states what is wrong, where, and what was expected.</summary>
public sealed class ModelFolderException(string message, Exception? inner = null) : Exception(message, inner);
