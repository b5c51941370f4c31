namespace LmModel.Generation;

/// <summary>Ends a generation whose events are not read.</summary>
/// <param name="message">Which bound it exceeded.</param>
internal sealed class SlowReaderException(string message) : Exception(message);
