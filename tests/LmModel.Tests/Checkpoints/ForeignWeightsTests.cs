using LmModel.Checkpoints;
using LmModel.Networks;
using LmModel.Tokenization;

namespace LmModel.Tests.Checkpoints;

/// <summary>
/// Weights of other networks and under other names: a line says what they look like and how they are converted.
/// </summary>
public sealed class ForeignWeightsTests : IDisposable
{
    private const string Open =
        "from safetensors.torch import load_file, save_file; t = load_file(\"model.safetensors\"); save_file(";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(
        "module.",
        "torch.nn.DataParallel and DistributedDataParallel add \"module.\": save model.module.state_dict()"
    )]
    [InlineData("_orig_mod.", "torch.compile adds \"_orig_mod.\": save model._orig_mod.state_dict()")]
    [InlineData("model.", "such as a LightningModule, adds \"model.\": save model.model.state_dict()")]
    [InlineData("lm.", "Or rename them")]
    [InlineData("module._orig_mod.", "torch.compile adds")]
    public void A_prefix_of_names_is_explained_in_one_line(string prefix, string expected)
    {
        foreach (var fixture in new[] { "gru", "tied" })
        {
            var problem = Assert.Single(Problems(fixture, name => prefix + name));
            Assert.StartsWith($"- model.safetensors: the names begin with \"{prefix}\"", problem);
            Assert.Contains(expected, problem);
            Assert.EndsWith(
                $"{Open}{{n.removeprefix(\"{prefix}\"): x for n, x in t.items()}}, \"model.safetensors\")",
                problem);
        }
    }

    [Theory]
    [InlineData("lstm", "embedding", "rnn", "out")]
    [InlineData("lstm", "encoder", "rnn", "decoder")]
    [InlineData("lstm", "embedding", "lstm", "fc")]
    [InlineData("gru", "embedding", "gru", "fc")]
    [InlineData("gru", "emb", "recurrent", "head")]
    [InlineData("gru", "module.encoder", "module.rnn", "module.decoder")]
    [InlineData("tied", "encoder", "rnn", "decoder")]
    [InlineData("rnn_tanh", "layers.0", "layers.1", "layers.2")]
    public void Other_module_names_are_explained_in_one_line_that_renames_them(
        string fixture,
        string embedding,
        string rnn,
        string fc)
    {
        string Renamed(string name) => name
            .Replace("embedding.", $"{embedding}.", StringComparison.Ordinal)
            .Replace("rnn.", $"{rnn}.", StringComparison.Ordinal)
            .Replace("fc.", $"{fc}.", StringComparison.Ordinal);

        var problem = Assert.Single(Problems(fixture, Renamed));

        (string From, string To)[] renames = [(embedding, "embedding"), (rnn, "rnn"), (fc, "fc")];
        foreach (var (from, to) in renames.Where(r => r.From != r.To))
        {
            Assert.Contains($"\"{from}\": \"{to}\"", problem);
        }

        Assert.StartsWith("- model.safetensors: its modules are named ", problem);
        Assert.Contains($", not {string.Join(", ", renames.Where(r => r.From != r.To).Select(r => r.To))}", problem);
        Assert.Equal(
            embedding.EndsWith("encoder", StringComparison.Ordinal),
            problem.Contains("word_language_model", StringComparison.Ordinal));
    }

    [Fact]
    public void Errors_other_than_names_are_still_listed()
    {
        var problems = Problems(
            "gru",
            name => name == "rnn.weight_hh_l1" ? null : "module." + name,
            extra: [TensorData.Floats("module.norm.weight", [8], new float[8])]
        );
        Assert.Contains(
            problems,
            p => p.StartsWith("- model.safetensors: the names begin with \"module.\"", StringComparison.Ordinal));
        Assert.Contains("- model.safetensors: module.norm.weight: unexpected, found F32 [8]", problems);
        Assert.Contains("- model.safetensors: rnn.weight_hh_l1: missing; expected F32 [24, 8]", problems);
        Assert.Contains(problems, p => p.Contains("a network with normalization layers", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("rnn.weight_ih_l0_reverse", "a bidirectional network")]
    [InlineData("rnn.weight_hr_l0", "an LSTM with proj_size")]
    [InlineData("rnns.1.weight_ih_l0", "layers in an nn.ModuleList")]
    [InlineData("cell.weight_ih", "an nn.RNNCell, nn.GRUCell or nn.LSTMCell")]
    [InlineData("rnn.weight_hh_l0_raw", "weights under weight drop")]
    [InlineData("fc.weight_g", "weights under torch.nn.utils weight_norm")]
    [InlineData("transformer.h.0.attn.c_attn.weight", "a transformer")]
    [InlineData("fc.qweight", "quantized weights")]
    [InlineData("adamw.mean.fc.bias", "the state of a training")]
    public void Another_kind_of_network_is_recognized_by_its_names(string name, string expected) => Assert.StartsWith(
        $"- model.safetensors: {name} looks like {expected}",
        Problems("lstm", n => n, extra: [TensorData.Floats(name, [1], [0])])[0]);

    [Theory]
    [InlineData("gru", Cell.Lstm, "\"cell\": \"gru\", where config.json has \"lstm\"")]
    [InlineData("lstm", Cell.Gru, "\"cell\": \"lstm\", where config.json has \"gru\"")]
    [InlineData("rnn_relu", Cell.Gru, "\"cell\": \"rnn_tanh\" (or rnn_relu), where config.json has \"gru\"")]
    [InlineData("gru", Cell.RnnTanh, "\"cell\": \"gru\", where config.json has \"rnn_tanh\"")]
    public void The_number_of_gates_identifies_the_cell_of_the_weights(string fixture, Cell cell, string expected) =>
        Assert.StartsWith(
        $"- model.safetensors: the weights are those of a network with {expected}: correct config.json",
        Problems(fixture, name => name, change: config => config with { Cell = cell })[0]);

    [Fact]
    public void All_sizes_that_differ_from_the_configuration_are_reported_together()
    {
        Assert.StartsWith(
            "- model.safetensors: the weights are those of a network with \"embedding_size\": 6, \"hidden_size\": 8, "
                + "\"layers\": 2, where config.json has 5, 4, 1: correct config.json",
            Problems(
                "gru",
                name => name,
                change: config => config with { EmbeddingSize = 5, HiddenSize = 4, Layers = 1 }
            )[0]
        );
        Assert.StartsWith(
            "- model.safetensors: the weights are those of a network with \"tie_weights\": true, where "
                + "config.json has false",
            Problems("tied", name => name, change: config => config with { TieWeights = false })[0]);
    }

    [Fact]
    public void Weights_without_biases_are_reported_with_code_that_adds_zeros()
    {
        var problems = Problems(
            "gru",
            name => name.Contains("bias", StringComparison.Ordinal) && name != "fc.bias" ? null : name);
        Assert.Equal(
            "- model.safetensors: rnn.bias_ih_l0 is missing, as after bias=False; zeros compute the same: import "
                + $"torch; {Open}t | {{n: torch.zeros(24) for n in (\"rnn.bias_ih_l0\", \"rnn.bias_hh_l0\", "
                + "\"rnn.bias_ih_l1\", \"rnn.bias_hh_l1\", )}, \"model.safetensors\")",
            problems[0]);
        Assert.Equal(5, problems.Length);

        problems = Problems("gru", name => name == "fc.bias" ? null : name);
        Assert.Contains("t | {n: torch.zeros(11) for n in (\"fc.bias\", )}", problems[0]);
        Assert.Equal("- model.safetensors: fc.bias: missing; expected F32 [11]", problems[1]);

        // One that is missing among others was lost, not left out.
        Assert.Equal(
            ["- model.safetensors: rnn.bias_ih_l1: missing; expected F32 [24]"],
            Problems("gru", name => name == "rnn.bias_ih_l1" ? null : name));
    }

    [Fact]
    public void Float64_weights_are_reported_with_code_that_converts_them()
    {
        var fixture = PyTorchFixture.Load("gru");
        Save(fixture, fixture.Config);
        SafeTensorsWriter.Write(
            _folder["model.safetensors"],
            [
                .. fixture.Config.ParameterShapes.Select(p =>
                    TensorData.Bytes(
                        p.Name,
                        TensorType.F64,
                        p.Shape,
                        fixture.Weights[p.Name].SelectMany(w => BitConverter.GetBytes((double)w)).ToArray())),
            ]
        );
        Assert.Equal(
            $"- model.safetensors: F64 would be rounded: {Open}{{n: x.float() for n, x in t.items()}}, "
                + "\"model.safetensors\")",
            Refusal()[0]);
    }

    [Fact]
    public void No_hint_is_given_for_matching_weights()
    {
        foreach (var name in PyTorchFixture.Names.Select(n => n.Data))
        {
            var fixture = PyTorchFixture.Load(name);
            Save(fixture, fixture.Config);
            ModelFolder.Open(_folder.Path);
        }
    }

    /// <summary>
    /// The lines about a fixture's weights under other names (null leaves one out) or beside another configuration.
    /// </summary>
    private string[] Problems(
        string fixture,
        Func<string, string?> rename,
        Func<ModelConfig, ModelConfig>? change = null,
        TensorData[]? extra = null)
    {
        var loaded = PyTorchFixture.Load(fixture);
        Save(loaded, (change ?? (config => config))(loaded.Config));
        SafeTensorsWriter.Write(_folder["model.safetensors"],
        [
            .. loaded.Config.ParameterShapes.Where(p => rename(p.Name) is not null)
                .Select(p => TensorData.Floats(rename(p.Name)!, p.Shape, loaded.Weights[p.Name])),
            .. extra ?? [],
        ]);
        return Refusal();
    }

    private string[] Refusal() =>
        Assert.Throws<ModelFolderException>(() => ModelFolder.Open(_folder.Path)).Message.Split('\n')[1..];

    private void Save(PyTorchFixture fixture, ModelConfig config)
    {
        ModelFolder.Save(
            _folder.Path, CharacterTokenizer.FromCorpus("abcdefghijk"), fixture.Network, "# Card");
        using var stream = File.Create(_folder["config.json"]);
        ConfigFile.Write(stream, config);
    }
}
