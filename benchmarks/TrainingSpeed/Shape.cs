namespace TrainingSpeed;

/// <summary>The network and the work of a round.</summary>
internal sealed record Shape(int Vocabulary, int Embedding, int Hidden, int Layers, int Batch, int Window, int Steps);

internal static class Numbers
{
    public static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToList();
        return (sorted[(sorted.Count - 1) / 2] + sorted[sorted.Count / 2]) / 2;
    }
}
