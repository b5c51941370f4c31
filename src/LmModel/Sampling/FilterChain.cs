namespace LmModel.Sampling;

/// <summary>Defines which filters run and in which order; <c>docs/sampling.md</c> documents it.</summary>
internal static class FilterChain
{
    /// <summary>
    /// The filters that <paramref name="settings"/> switch on. A filter that is off is left out and costs nothing.
    /// </summary>
    /// <param name="settings">Valid for the vocabulary.</param>
    /// <param name="vocabularySize">V.</param>
    /// <param name="seen">Counts of the tokens of prompt and text.</param>
    /// <param name="generated">Counts of the tokens of the text.</param>
    public static ILogitFilter[] Build(
        SamplingSettings settings, int vocabularySize, TokenCounts seen, TokenCounts generated)
    {
        // Greedy decoding takes the best candidate, which no later filter changes or drops.
        var greedy = settings.Temperature == 0;
        (bool On, Func<ILogitFilter> Create)[] order =
        [
            (settings.LogitBias.Count > 0, () => new LogitBias(settings.LogitBias)),
            (settings.RepetitionPenalty != 1, () => new RepetitionPenalty(settings.RepetitionPenalty, seen)),
            (settings.PresencePenalty != 0, () => new PresencePenalty(settings.PresencePenalty, generated)),
            (settings.FrequencyPenalty != 0, () => new FrequencyPenalty(settings.FrequencyPenalty, generated)),
            (!greedy && settings.Temperature != 1, () => new Temperature(settings.Temperature)),
            (!greedy && settings.TopK > 0 && settings.TopK < vocabularySize, () => new TopK(settings.TopK)),
            (!greedy && settings.TopP < 1, () => new TopP(settings.TopP)),
            (!greedy && settings.MinP > 0, () => new MinP(settings.MinP)),
            (!greedy && settings.TypicalP < 1, () => new TypicalP(settings.TypicalP)),
            (!greedy && settings.Mirostat > 0, () => new Mirostat(settings.MirostatTau, settings.MirostatEta)),
        ];
        return [.. order.Where(f => f.On).Select(f => f.Create())];
    }
}
