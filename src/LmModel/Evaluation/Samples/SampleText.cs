namespace LmModel.Evaluation.Samples;

/// <summary>A prompt and what follows it: drawn by a model, or the text that really follows.</summary>
/// <param name="Prompt">The prompt; ends after a word.</param>
/// <param name="Text">What follows.</param>
internal sealed record SampleText(string Prompt, string Text);
