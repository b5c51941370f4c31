namespace LmModel.Explanation;

/// <summary>
/// The prompt with one of its tokens replaced by the token that the model expected there, so that the variant is a text
/// that the model could have written; leaving a token out often is not. The contribution of a token is what it says
/// beyond what was expected.
/// </summary>
internal static class ExpectedErasure
{
    /// <param name="prompt">(n).</param>
    /// <param name="expected">(n): null at the first position, whose token is left out instead.</param>
    /// <returns>(n): the prompt with token 0 left out, with token 1 replaced, …</returns>
    public static IEnumerable<int[]> Variants(int[] prompt, int?[] expected) =>
        prompt.Index().Select(p => expected[p.Index] is { } token
            ? (int[])[.. prompt[..p.Index], token, .. prompt[(p.Index + 1)..]]
            : [.. prompt[..p.Index], .. prompt[(p.Index + 1)..]]);
}
