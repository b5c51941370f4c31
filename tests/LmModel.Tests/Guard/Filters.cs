using LmModel.Guard;

namespace LmModel.Tests.Guard;

/// <summary>Filters of texts that a test writes down.</summary>
internal static class Filters
{
    public static VerbatimFilter Of(int least, params int[][] texts)
    {
        var builder = new VerbatimFilterBuilder(least, texts.Sum(text => text.Length));
        foreach (var text in texts)
        {
            builder.Add(text);
            builder.EndText();
        }

        return builder.Build(new string('0', 64));
    }

    public static int[] RandomTokens(int count, int vocabulary, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => random.Next(vocabulary))];
    }
}
