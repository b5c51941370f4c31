using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using LmApi.Models;
using LmApi.Tests.Support;
using LmModel.Audits;

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

    [Fact]
    public async Task A_model_that_was_not_audited_has_the_command_instead_of_an_audit()
    {
        await using var service = await LmServiceFixture.StartAsync();
        using var none = await service.CreateClient().GetAsync(new Uri("/model/audit", UriKind.Relative));
        var problem = await none.JsonAsync(404);
        Assert.Equal("not_found", problem.Text("code"));
        Assert.Contains("run `lm audit ", problem.Text("detail"));
    }

    [Fact]
    public void An_audit_is_served_as_its_file_has_it()
    {
        var file = new MemoryStream();
        AuditFile.Write(file, SampleAudit.Report);
        var stored = JsonNode.Parse(file.ToArray())!.AsObject();
        stored.Remove("format_version");

        var served = JsonSerializer.SerializeToNode(SampleAudit.Report, ModelJson.Wire.AuditReport);
        Assert.True(JsonNode.DeepEquals(stored, served), served!.ToJsonString());
    }

    [Fact]
    public async Task The_training_is_what_its_log_says_as_far_as_that_was_written()
    {
        await using var service = await LmServiceFixture.StartAsync();
        using var client = service.CreateClient();
        using var none = await client.GetAsync(new Uri("/model/training", UriKind.Relative));
        Assert.Equal(0, (await none.JsonAsync(200)).GetProperty("points").GetArrayLength());

        await File.WriteAllTextAsync(
            Path.Combine(service.Host.Model.Folder.Path, "training.jsonl"),
            """
            {"step":100,"epoch":0.5,"loss":6.5,"validation_loss":null,"learning_rate":0.001,"tokens_per_second":5}
            {"step":200,"epoch":1,"loss":5.5,"validation_loss":5.25,"learning_rate":0.002,"tokens_per_second":5}
            {"step":300,"epo
            """);
        using var logged = await client.GetAsync(new Uri("/model/training", UriKind.Relative));
        Assert.Equal(
            """
            [{"step":100,"epoch":0.5,"loss":6.5,"learning_rate":0.001},{"step":200,"epoch":1,"loss":5.5,"validation_loss":5.25,"learning_rate":0.002}]
            """,
            (await logged.JsonAsync(200)).GetProperty("points").GetRawText());
    }
}
