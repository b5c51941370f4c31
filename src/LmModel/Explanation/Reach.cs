namespace LmModel.Explanation;

/// <summary>
/// The last tokens of the prompt only, so that it shows how far back a model really looks (as Khandelwal et al. 2018,
/// "Sharp nearby, fuzzy far away", measure it on a corpus).
/// </summary>
internal static class Reach
{
    /// <returns>(n): the last token, the last two, …, the whole prompt.</returns>
    public static IEnumerable<int[]> Variants(int[] prompt) =>
        Enumerable.Range(1, prompt.Length).Select(k => prompt[^k..]);
}
