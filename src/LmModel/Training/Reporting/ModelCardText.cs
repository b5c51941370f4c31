using System.Globalization;
using System.Text;
using LmModel.Corpora;
using LmModel.Evaluation;
using LmModel.Networks;
using LmModel.Tokenization;
using LmModel.Training.Checkpoints;
using LmModel.Training.Settings;

namespace LmModel.Training.Reporting;

/// <summary>The text of a <see cref="ModelCard"/>, which is the <c>README.md</c> of a model folder.</summary>
internal static class ModelCardText
{
    public static string Render(
        ModelCard about, TrainingRun run, CorpusSplit split, Tokenizer tokenizer,
        IReadOnlyList<EvaluationResult> figures)
    {
        var (config, settings, corpus) = (run.Config, run.Settings, split.Corpus);
        var card = new StringBuilder();
        void Append(FormattableString text) => card.Append(text.ToString(CultureInfo.InvariantCulture));
        void Line(FormattableString text)
        {
            Append(text);
            card.Append('\n');
        }

        Line($"# {about.Name}");
        Line($"");
        Line($"A recurrent language model trained by LmService on `{corpus.Name}`.");
        Line($"");
        Line($"| | |");
        Line($"| --- | --- |");
        var tied = config.TieWeights ? ", tied" : "";
        Append($"| network | {config.Cell.Name()}, {config.Layers} × {config.HiddenSize}, ");
        Line($"embedding {config.EmbeddingSize}{tied}, dropout {config.Dropout} |");
        Line($"| parameters | {config.ParameterCount:N0} |");
        Line($"| tokenizer | {tokenizer.Kind}, {tokenizer.VocabularySize} tokens{Rules(tokenizer)} |");
        Line($"| state of a text | {config.StateSize * sizeof(float):N0} bytes, whatever its length |");
        Line($"");
        Line($"## Data");
        Line($"");
        Append($"`{corpus.Name}`, {corpus.Bytes:N0} bytes, SHA-256 `{corpus.Sha256}`.");
        Line($"{(about.About.Length > 0 ? " " + about.About : "")}");
        Line($"{split.Description}");
        Line($"");
        Line($"## Training");
        Line($"");
        Line($"```");
        Line($"{about.Command}");
        Line($"```");
        Line($"");
        Append($"Seed {settings.Seed}; {run.Step:N0} of {settings.Steps:N0} steps ");
        Line($"of {settings.BatchSize} × {settings.WindowLength} tokens");
        Append($"in {run.Elapsed.TotalMinutes:F1} minutes; AdamW, peak learning rate {settings.LearningRate}. ");
        Line($"These are the weights");
        Line($"after step {run.BestStep:N0}, which had the lowest validation loss.");
        Line($"");
        if (about.Curves.Length > 0)
        {
            Line($"![Loss and learning rate over the epochs]({about.Curves})");
            Line($"");
        }

        Line($"## Figures");
        Line($"");
        Line($"On the held-out text, which also chose the step: expect a slightly higher loss on other text.");
        Line($"");
        Line($"| protocol | tokens | nats/token | perplexity | bits/character | bits/byte |");
        Line($"| --- | --- | --- | --- | --- | --- |");
        foreach (var f in figures)
        {
            var protocol = f.Protocol.Describe(f.Window);
            Append($"| {protocol} | {f.Tokens:N0} | {f.NatsPerToken:F4} | {f.Perplexity:F3} ");
            Line($"| {f.BitsPerCharacter:F4} | {f.BitsPerByte:F4} |");
        }

        Line($"");
        if (about.Evaluation.Length > 0)
        {
            Line($"`{about.Evaluation}` reproduces them (docs/evaluation.md explains the protocols).");
            Line($"");
        }

        Line($"## Known limits");
        Line($"");
        Append($"It has read one text and knows nothing else: ");
        Line($"it imitates that text's form, invents its facts and repeats its");
        Line($"prejudices. It can repeat passages of its training text verbatim. It does not follow instructions.");
        return card.ToString();
    }

    /// <summary>The tokenizer rules that differ from the defaults.</summary>
    private static string Rules(Tokenizer tokenizer)
    {
        var unknown = tokenizer is not CharacterTokenizer characters ? "" : characters.UnknownRule switch
        {
            UnknownCharacterRule.Drop => "; unknown characters are left out",
            UnknownCharacterRule.Replace =>
                $"; unknown characters are read as U+{characters.Replacement!.Value.Value:X4}",
            _ => "",
        };
        return tokenizer.Normalization == TextNormalization.None
            ? unknown
            : $"{unknown}; text is normalized to {tokenizer.Normalization.ToString().ToUpperInvariant()}";
    }
}
