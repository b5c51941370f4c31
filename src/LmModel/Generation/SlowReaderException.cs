namespace LmModel.Generation;

/// <summary>Ends a generation whose events nobody takes.</summary>
/// <param name="message">Which bound it exceeded.</param>
internal sealed class SlowReaderException(string message) : Exception(message);
