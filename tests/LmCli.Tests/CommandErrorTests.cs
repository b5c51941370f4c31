namespace LmCli.Tests;

public sealed class CommandErrorTests
{
    [Theory]
    [InlineData("train|none.txt", "lm: There is no file none.txt.")]
    [InlineData("generate|nowhere", "there is no such folder")]
    [InlineData("generate|x|--max-tokens|abc", "'abc'")]
    [InlineData("evaluate|x|y|--leak-window|abc", "'abc'")]
    [InlineData("bench|--rounds|abc", "'abc'")]
    [InlineData("baseline|x|--order|abc", "'abc'")]
    [InlineData("train|x|--cell|transformer", "'transformer' must be rnn_tanh, rnn_relu, gru or lstm.")]
    [InlineData("train|x|--tokenizer|syllables", "'syllables' must be characters, bytes, bpe or words.")]
    [InlineData("train|x|--preset|gpt", "'shakespeare'")]
    [InlineData(
        "train|x|--unknown|replace:ab",
        "--unknown must be error, drop, or replace: and one character, such as replace:?, not 'replace:ab'."
    )]
    [InlineData("train|x|--unknown|replace:", "such as replace:?, not 'replace:'.")]
    [InlineData("train|x|--normalize|nfd", "'nfd' must be none, nfc or nfkc.")]
    [InlineData("train|x|--minutes|0", "--minutes must be from 0.01 to 100000, not 0.")]
    [InlineData("train|x|--minutes|soon", "soon")]
    [InlineData("train|x|--minutes|NaN", "--minutes must be a number such as 0.5, not 'NaN'.")]
    [InlineData("train|x|--weight-drop|1", "--weight-drop must be from 0 to 0.95, not 1.")]
    [InlineData("train|x|--reset|2", "--reset must be from 0 to 1, not 2.")]
    [InlineData("train|x|--schedule|linear", "'linear' must be cosine or one-cycle.")]
    [InlineData("train|x|--initialization|zero", "'zero' must be uniform, orthogonal or identity.")]
    [InlineData("train|x|--arithmetic|int8", "'int8' must be fp32 or bf16.")]
    [InlineData("train|x|--threads|many", "many")]
    [InlineData("train|x|--sample-every|-1", "--sample-every must be from 0 to 2147483647, not -1.")]
    [InlineData("generate|x|--top-p|0", "--top-p must be above 0 and at most 1, not 0.")]
    [InlineData("generate|x|--typical-p|2", "--typical-p must be above 0 and at most 1, not 2.")]
    [InlineData("generate|x|--mirostat|1", "--mirostat must be 0 or 2, not 1; version 1 is not offered.")]
    [InlineData("generate|x|--presence-penalty|3", "--presence-penalty must be from -2 to 2, not 3.")]
    [InlineData("generate|x|--logit-bias|a=1", "--logit-bias must be a token id, = and a number from -100 to 100")]
    [InlineData("generate|x|--logit-bias|5=101", "such as 17=-5, not '5=101'.")]
    [InlineData("generate|x|--mirostat-tau|0", "--mirostat-tau must be above 0 and at most 32, not 0.")]
    [InlineData("generate|x|--engine|onnx", "'managed'")]
    [InlineData("generate|x|--precision|1", "'int8'")]
    [InlineData("evaluate|x|y|--threads|0", "--threads must be at least 1, not 0.")]
    [InlineData("evaluate|x|y|--leak-window|0", "--leak-window must be at least 1, not 0.")]
    [InlineData("baseline|none.txt", "lm: There is no file none.txt.")]
    [InlineData("baseline|x|--order|33", "--order must be 1 to 32, not 33.")]
    [InlineData("evaluate|x|y|--neural-cache-size|0", "--neural-cache-size must be from 1 to 100000, not 0.")]
    [InlineData("evaluate|x|y|--neural-cache-theta|-1", "--neural-cache-theta must be from 0 to 1000, not -1.")]
    [InlineData("generate|x|--neural-cache-lambda|1", "--neural-cache-lambda must be at least 0 and below 1, not 1.")]
    [InlineData(
        "evaluate|x|y|--neural-cache-size|5",
        "need one another; missing: --neural-cache-theta and no --neural-cache-lambda.")]
    [InlineData("evaluate|x|y|--neural-cache-search", "--neural-cache-search needs a --neural-cache-size.")]
    [InlineData("evaluate|x|y|--neural-cache-search|--neural-cache-size|5|--neural-cache-theta|1", "leave them out.")]
    [InlineData("quantize|x|y|--protocol|both", "'contiguous'")]
    [InlineData("quantize|x|y|--validation|2", "--validation must be above 0 and at most 1, not 2.")]
    [InlineData("quantize|nowhere|y", "there is no such folder")]
    [InlineData("guard|x", "Option '--training' is required.")]
    [InlineData("guard|x|--training|y|--verbatim|3", "--verbatim must be from 4 to 1024, not 3.")]
    [InlineData("guard|x|--training|y|--measure|0", "--measure must be at least 1, not 0.")]
    [InlineData("generate|x|--guard|2000", "--guard must be from 4 to 1024, not 2000.")]
    [InlineData("generate|x|--temperature|-1", "--temperature must be from 0 to 2, not -1.")]
    public async Task A_wrong_command_reports_only_what_is_wrong(string command, string expected)
    {
        var (code, output, error) = await LmProcess.RunAsync(command.Split('|'));

        Assert.Equal(1, code);
        Assert.Contains(expected, error);
        Assert.DoesNotContain("   at ", output + error);
    }
}
