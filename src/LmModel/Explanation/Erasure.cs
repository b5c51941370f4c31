namespace LmModel.Explanation;

/// <summary>
/// The prompt without one of its tokens (Li, Monroe and Jurafsky 2016, "Understanding neural networks through
/// representation erasure", arXiv 1612.08220). The contribution of a token is F(prompt) − F(prompt without it): an exact
/// counterfactual, which anyone can check by scoring both.
/// </summary>
internal static class Erasure
{
    /// <returns>(n): the prompt without token 0, without token 1, …</returns>
    public static IEnumerable<int[]> Variants(int[] prompt) =>
        Enumerable.Range(0, prompt.Length).Select(i => (int[])[.. prompt[..i], .. prompt[(i + 1)..]]);
}
