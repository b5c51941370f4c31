using System.Security.Cryptography;
using LmApi.Tests.Support;

namespace LmApi.Tests.Models;

public sealed class ModelApiTests
{
    [Fact]
    public async Task The_model_is_described()
    {
        await using var service = await LmServiceFixture.StartAsync();
        using var response = await service.CreateClient().GetAsync(new Uri("/model", UriKind.Relative));
        var model = await response.JsonAsync(200);
        var weights = await File.ReadAllBytesAsync(Path.Combine(service.Host.Model.Folder.Path, "model.safetensors"));
        Assert.Equal(TestModel.Name, model.Text("name"));
        Assert.Equal(
            """{"cell":"gru","layers":1,"embedding_size":8,"hidden_size":16,"tie_weights":false}""",
            model.GetProperty("architecture").GetRawText());
        Assert.Equal(
            $$"""{"kind":"characters","vocabulary_size":{{service.Tokenizer.VocabularySize}},"unknown":"error","normalization":"none"}""",
            model.GetProperty("tokenizer").GetRawText());
        Assert.Equal(64, model.GetProperty("state_bytes").GetInt32());
        Assert.Equal(service.Host.Model.Folder.Config.ParameterCount, model.GetProperty("parameters").GetInt64());
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(weights)), model.GetProperty("weights").Text("sha256"));
        Assert.Equal(weights.Length, model.GetProperty("weights").GetProperty("bytes").GetInt32());
        Assert.Equal(TestModel.Card, model.Text("card"));
        Assert.Equal(
            ["\"after:,\"", "\"directly after \\\",\\\"\"", "0", "3", "-1", "0.9", "0.02", "1E-06"],
            model.GetProperty("units").GetProperty("found")[0].EnumerateObject().Select(m => m.Value.GetRawText()));
    }
}
