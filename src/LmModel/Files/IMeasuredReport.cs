namespace LmModel.Files;

/// <summary>What was measured on the weights of a model folder, and is in a file beside them.</summary>
internal interface IMeasuredReport
{
    /// <summary>SHA-256 of the weights that were measured, lower-case hexadecimal.</summary>
    string WeightsSha256 { get; }

    /// <summary>Everything wrong with this report, one sentence each; empty where it is valid.</summary>
    IEnumerable<string> Problems();
}
