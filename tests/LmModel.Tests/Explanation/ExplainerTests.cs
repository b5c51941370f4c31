using LmModel.Explanation;

namespace LmModel.Tests.Explanation;

public sealed class ExplainerTests : IDisposable
{
    private const string Prompt = "To be, or not to be";

    private readonly TextModel _model = TextModel.Open(Path.Combine(Repository.Root, "models", "tiny"));

    public void Dispose() => _model.Dispose();

    [Fact]
    public async Task Each_value_can_be_checked_by_scoring_the_changed_prompt()
    {
        var explained = await _model.ExplainAsync(Prompt, ", that");
        var erasure = Values(explained, ExplanationMethod.Erasure);
        var reach = Values(explained, ExplanationMethod.Reach);

        Assert.Equal(await LogprobAsync(Prompt, ", that"), explained.Value, 1e-12);
        Assert.Equal(Prompt, string.Concat(explained.Prompt.Select(token => token.Text)));
        for (var i = 0; i < Prompt.Length; i++)
        {
            Assert.Equal(explained.Value - await LogprobAsync(Prompt.Remove(i, 1), ", that"), erasure[i], 1e-12);
            Assert.Equal(await LogprobAsync(Prompt[^(i + 1)..], ", that"), reach[i], 1e-12);
        }

        Assert.Equal(explained.Value, reach[^1], 1e-12);
    }

    [Fact]
    public async Task An_expected_token_is_the_most_probable_other_one_and_takes_the_place_of_the_token()
    {
        var explained = await _model.ExplainAsync(Prompt, ",", methods: [ExplanationMethod.ErasureExpected]);
        var values = Values(explained, ExplanationMethod.ErasureExpected);

        Assert.Null(explained.Prompt[0].Expected);
        for (var i = 1; i < Prompt.Length; i++)
        {
            var expected = _model.Detokenize([explained.Prompt[i].Expected!.Value]);
            Assert.NotEqual(Prompt[i].ToString(), expected);
            var changed = Prompt.Remove(i, 1).Insert(i, expected);
            Assert.Equal(explained.Value - await LogprobAsync(changed, ","), values[i], 1e-12);
        }
    }

    [Fact]
    public async Task A_comparison_explains_the_difference()
    {
        ExplanationMethod[] method = [ExplanationMethod.Erasure];
        var target = await _model.ExplainAsync(Prompt, ",", methods: method);
        var other = await _model.ExplainAsync(Prompt, " ", methods: method);
        var compared = await _model.ExplainAsync(Prompt, ",", " ", method);

        Assert.Equal(target.Value - other.Value, compared.Value, 1e-12);
        Assert.All(
            compared.Attributions[0].Values.Index(),
            v => Assert.Equal(
                target.Attributions[0].Values[v.Index] - other.Attributions[0].Values[v.Index], v.Item, 1e-12));
    }

    [Fact]
    public async Task A_prompt_of_one_token_is_left_out_for_the_start_token()
    {
        var explained = await _model.ExplainAsync("T", "h");

        Assert.Equal(
            explained.Value - await LogprobAsync("", "h"), Values(explained, ExplanationMethod.Erasure)[0], 1e-12);
    }

    [Fact]
    public async Task Empty_texts_and_no_methods_are_refused()
    {
        await Assert.ThrowsAsync<ArgumentException>(() => _model.ExplainAsync("", "a"));
        await Assert.ThrowsAsync<ArgumentException>(() => _model.ExplainAsync("a", ""));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => _model.ExplainAsync("a", "b", methods: []));
    }

    private static IReadOnlyList<double> Values(TextExplanation explained, ExplanationMethod method) =>
        explained.Attributions.Single(a => a.Method == method).Values;

    private async Task<double> LogprobAsync(string prompt, string target) =>
        -(await _model.ScoreAsync(target, prompt)).Nats;
}
