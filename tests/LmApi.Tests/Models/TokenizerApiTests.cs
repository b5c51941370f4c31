using LmApi.Tests.Support;
using LmModel.Tokenization;

namespace LmApi.Tests.Models;

public sealed class TokenizerApiTests
{
    [Fact]
    public async Task A_text_is_tokenized_and_its_tokens_are_detokenized()
    {
        await using var service = await LmServiceFixture.StartAsync();
        using var response = await service.PostAsync("/tokenize", new { text = "ab é" });
        Assert.Equal(
            """{"tokens":[{"id":4,"text":"a"},{"id":5,"text":"b"},{"id":0,"text":" "},"""
                + """{"id":30,"text":"é"}],"count":4}""",
            await response.Content.ReadAsStringAsync());

        using var back = await service.PostAsync("/detokenize", new { tokens = new[] { 4, 5, 0, 30 } });
        Assert.Equal("""{"text":"ab é"}""", await back.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task A_token_that_is_part_of_a_character_shows_its_bytes()
    {
        await using var service = await LmServiceFixture.StartAsync(tokenizer: new ByteTokenizer());
        using var response = await service.PostAsync("/tokenize", new { text = "é" });
        Assert.Equal(
            """{"tokens":[{"id":195,"text":"�","bytes":[195]},{"id":169,"text":"�","bytes":[169]}],"count":2}""",
            await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Words_outside_the_vocabulary_become_the_unknown_word()
    {
        await using var service = await LmServiceFixture.StartAsync(
            tokenizer: WordTokenizer.FromCorpus("the duck", 100));
        using var response = await service.PostAsync("/tokenize", new { text = "the goose\n" });
        Assert.Equal(
            """{"tokens":[{"id":3,"text":" the"},{"id":1,"text":" <unk>"},{"id":0,"text":" \n"}],"count":3}""",
            await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task The_rules_of_the_tokenizer_apply_to_prompts_and_stop_sequences_and_are_reported()
    {
        var rules = CharacterTokenizer.FromCorpus("abcé?", UnknownCharacterRule.Replace, new System.Text.Rune('?'));
        await using var service = await LmServiceFixture.StartAsync(tokenizer: rules.With(TextNormalization.Nfc));

        using var tokens = await service.PostAsync("/tokenize", new { text = "ae\u0301語" });
        Assert.Equal(
            """{"tokens":[{"id":1,"text":"a"},{"id":4,"text":"é"},{"id":0,"text":"?"}],"count":3}""",
            await tokens.Content.ReadAsStringAsync());
        using var response = await service.CreateClient().GetAsync(new Uri("/model", UriKind.Relative));
        Assert.Equal(
            """{"kind":"characters","vocabulary_size":5,"unknown":"replace","replacement":"?","normalization":"nfc"}""",
            (await response.JsonAsync(200)).GetProperty("tokenizer").GetRawText());
        using var stopped = await service.PostAsync("/generate", new
        {
            prompt = "a",
            max_tokens = 500,
            stream = false,
            seed = 1,
            temperature = 2,
            stop = new[] { "e\u0301" },
        });
        var answer = await stopped.JsonAsync(200);
        Assert.Equal(("stop", "é"), (answer.Text("finish_reason"), answer.Text("stop_sequence")));
    }

    [Theory]
    [InlineData("/tokenize", """{"txet":"a"}""", "txet unknown_field", "text missing")]
    [InlineData("/tokenize", """{"text":"AB"}""", "text unknown_character")]
    [InlineData("/tokenize", """{"text":["a"]}""", "text wrong_type")]
    [InlineData(
        "/detokenize",
        """{"tokens":[1,34,-1,1.5,"a"]}""",
        "tokens[2] out_of_range",
        "tokens[3] wrong_type",
        "tokens[4] wrong_type"
    )]
    [InlineData("/detokenize", """{"tokens":[1,34]}""", "tokens[1] unknown_token")]
    [InlineData("/detokenize", """{"tokens":"a"}""", "tokens wrong_type")]
    public async Task Invalid_requests_are_refused(string path, string body, params string[] errors)
    {
        await using var service = await LmServiceFixture.StartAsync();
        Assert.Equal(errors, (await service.RefusedAsync(422, path, body)).Errors());
    }

    [Fact]
    public async Task A_prompt_may_have_the_maximum_number_of_tokens_but_no_more()
    {
        await using var service = await LmServiceFixture.StartAsync(new() { ["Generation:MaxPromptTokens"] = "3" });
        Assert.Equal(["text too_long"], (await service.RefusedAsync(422, "/tokenize", new { text = "abcd" })).Errors());
        Assert.Equal(
            ["tokens too_many"],
            (await service.RefusedAsync(422, "/detokenize", new { tokens = new int[4] })).Errors());
    }
}
