using System.Security.Cryptography;
using System.Text;
using LmModel.Checkpoints;
using LmModel.Networks;
using LmModel.Tokenization;

namespace LmModel.Tests.Checkpoints;

public sealed class ModelFolderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly PyTorchFixture _gru = PyTorchFixture.Load("gru");

    [Theory]
    [MemberData(nameof(PyTorchFixture.Names), MemberType = typeof(PyTorchFixture))]
    public void What_is_saved_is_opened(string name)
    {
        var fixture = PyTorchFixture.Load(name);
        Save(fixture);
        var folder = Open();
        Assert.Equal(fixture.Config, folder.Config);
        Assert.Equal(fixture.Config.VocabularySize, folder.Tokenizer.VocabularySize);
        Assert.Equal("# Card", folder.Card);
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(_folder["model.safetensors"]))), folder.WeightsSha256);
        Assert.Equal(fixture.Weights.OrderBy(w => w.Key), folder.ReadWeights().OrderBy(w => w.Key));
        Assert.Equal(["README.md", "config.json", "model.safetensors", "tokenizer.json"], _folder.Files);
    }

    [Fact]
    public void A_file_saved_by_PyTorch_loads_unchanged()
    {
        Save(_gru);
        File.Copy(PyTorchFixture.WeightsPath("gru"), _folder["model.safetensors"], overwrite: true);
        Assert.Equal(_gru.Weights.OrderBy(w => w.Key), Open().ReadWeights().OrderBy(w => w.Key));
    }

    [Fact]
    public void The_same_model_gives_the_same_file()
    {
        Save(_gru);
        var first = Open().WeightsSha256;
        Save(_gru);
        Assert.Equal(first, Open().WeightsSha256);
    }

    [Fact]
    public void A_folder_that_is_not_there_is_named() => Assert.Equal(
        $"Model folder {_folder["none"]} cannot be used:\n- there is no such folder",
        Assert.Throws<ModelFolderException>(() => ModelFolder.Open(_folder["none"])).Message);

    [Fact]
    public void All_missing_files_are_named() => Assert.Equal(
        ["- config.json: missing", "- tokenizer.json: missing", "- model.safetensors: missing"], Problems());

    [Fact]
    public void A_folder_without_a_card_opens()
    {
        Save(_gru);
        File.Delete(_folder["README.md"]);
        Assert.Null(Open().Card);
    }

    [Fact]
    public void A_configuration_saved_with_a_byte_order_mark_opens()
    {
        Save(_gru);
        File.WriteAllText(_folder["config.json"], File.ReadAllText(_folder["config.json"]), new UTF8Encoding(true));
        Assert.Equal(_gru.Config, Open().Config);
    }

    [Fact]
    public void Faults_of_all_files_are_named_together()
    {
        Save(_gru);
        File.WriteAllText(_folder["config.json"], "{ 'cell' }");
        File.WriteAllText(_folder["tokenizer.json"], "");
        File.WriteAllText(_folder["model.safetensors"], "version https://git-lfs.github.com/spec/v1");
        Assert.Collection(
            Problems(),
            line => Assert.Contains("- config.json: is not the JSON of a configuration", line),
            line => Assert.Contains("tokenizer.json: ", line),
            line => Assert.Contains("- model.safetensors: is not a safetensors file", line));
    }

    [Fact]
    public void Every_key_shape_and_type_that_does_not_fit_is_named()
    {
        Save(_gru);
        var weights = _gru.Config.ParameterShapes
            .Where(p => p.Name is not ("rnn.bias_hh_l1" or "fc.weight" or "fc.bias"))
            .Select(p => TensorData.Floats(p.Name, p.Shape, _gru.Weights[p.Name]));
        SafeTensorsWriter.Write(_folder["model.safetensors"],
        [
            .. weights,
            TensorData.Floats("fc.weight", [8, 11], new float[88]),
            TensorData.Bytes("fc.bias", TensorType.F64, [11], new byte[88]),
            TensorData.Floats("rnn.weight_ih_l0_reverse", [1], [0]),
        ]);
        Assert.Equal(
            [
                "- model.safetensors: rnn.weight_ih_l0_reverse looks like a bidirectional network, which also reads a text " +
                "from its end and so cannot continue one: train it with bidirectional=False",
                "- model.safetensors: F64 would be rounded: from safetensors.torch import load_file, save_file; " +
                "t = load_file(\"model.safetensors\"); save_file({n: x.float() for n, x in t.items()}, \"model.safetensors\")",
                "- model.safetensors: rnn.bias_hh_l1: missing; expected F32 [24]",
                "- model.safetensors: fc.weight: expected F32 [11, 8], found F32 [8, 11]",
                "- model.safetensors: fc.bias: expected F32 [11], found F64 [11]",
                "- model.safetensors: rnn.weight_ih_l0_reverse: unexpected, found F32 [1]",
            ],
            Problems());
    }

    [Fact]
    public void Weights_of_another_cell_are_named_one_by_one()
    {
        Save(_gru);
        File.Copy(PyTorchFixture.WeightsPath("lstm"), _folder["model.safetensors"], overwrite: true);
        Assert.Equal(9, Problems().Length);
        Assert.Equal(
            "- model.safetensors: the weights are those of a network with \"cell\": \"lstm\", where config.json has \"gru\": " +
            "correct config.json, or take the weights that belong to it",
            Problems()[0]);
        Assert.Contains("- model.safetensors: rnn.weight_hh_l1: expected F32 [24, 8], found F32 [32, 8]", Problems());
    }

    [Fact]
    public void Half_precision_weights_are_widened()
    {
        Save(_gru);
        SafeTensorsWriter.Write(
            _folder["model.safetensors"],
            [.. _gru.Config.ParameterShapes.Select(p => Halves(p.Name, p.Shape, _gru.Weights[p.Name]))]);
        Assert.Equal(_gru.Weights["fc.bias"].Select(w => (float)(Half)w), Open().ReadWeights()["fc.bias"]);
    }

    [Fact]
    public void A_vocabulary_of_another_size_is_named()
    {
        Save(_gru);
        TokenizerFile.Save(Letters("abc"), _folder["tokenizer.json"]);
        Assert.Equal(["- tokenizer.json: has 3 tokens, but vocabulary_size in config.json is 11"], Problems());
    }

    [Theory]
    [InlineData(0f, true)]
    [InlineData(1f, false)]
    public void A_tied_matrix_may_be_stored_twice_but_not_twice_differently(float difference, bool accepted)
    {
        var tied = PyTorchFixture.Load("tied");
        Save(tied);
        float[] copy = [.. tied.Weights["embedding.weight"]];
        copy[^1] += difference;
        SafeTensorsWriter.Write(_folder["model.safetensors"],
        [
            .. tied.Config.ParameterShapes.Select(p => TensorData.Floats(p.Name, p.Shape, tied.Weights[p.Name])),
            TensorData.Floats("fc.weight", [11, 8], copy),
        ]);
        if (accepted)
        {
            Assert.DoesNotContain("fc.weight", Open().ReadWeights().Keys);
        }
        else
        {
            var last = tied.Weights["embedding.weight"][^1];
            Assert.Equal(
                [
                    FormattableString.Invariant(
                        $"- model.safetensors: fc.weight: tied to embedding.weight by tie_weights in config.json, so it must be absent or the same; at [10, 7] it is {last + difference}, not {last}. If the two were trained apart, tie_weights is false"),
                ],
                Problems());
        }
    }

    [Theory]
    [InlineData("embedding.weight", false)]
    [InlineData("fc.weight", false)]
    [InlineData("fc.weight", true)]
    public void A_tied_matrix_may_be_stored_under_either_name_in_any_type(string name, bool half)
    {
        var tied = PyTorchFixture.Load("tied");
        Save(tied);
        SafeTensorsWriter.Write(_folder["model.safetensors"], [.. tied.Config.ParameterShapes.Select(p =>
            p.Name != "embedding.weight" ? TensorData.Floats(p.Name, p.Shape, tied.Weights[p.Name])
            : half ? Halves(name, p.Shape, tied.Weights[p.Name])
            : TensorData.Floats(name, p.Shape, tied.Weights[p.Name]))]);

        var weights = Open().ReadWeights();

        Assert.Equal(tied.Config.ParameterShapes.Select(p => p.Name).Order(), weights.Keys.Order());
        Assert.Equal(tied.Weights["embedding.weight"].Select(w => half ? (float)(Half)w : w), weights["embedding.weight"]);
    }

    [Fact]
    public void Two_copies_of_a_tied_matrix_are_compared_by_value_whatever_their_types()
    {
        var tied = PyTorchFixture.Load("tied");
        Save(tied);
        float[] rounded = [.. tied.Weights["embedding.weight"].Select(w => (float)(Half)w)];
        SafeTensorsWriter.Write(_folder["model.safetensors"],
        [
            .. tied.Config.ParameterShapes.Select(p => TensorData.Floats(
                p.Name, p.Shape, p.Name == "embedding.weight" ? rounded : tied.Weights[p.Name])),
            Halves("fc.weight", [11, 8], rounded),
        ]);
        Assert.Equal(rounded, Open().ReadWeights()["embedding.weight"]);
    }

    [Fact]
    public void A_copy_of_a_tied_matrix_of_another_shape_is_named()
    {
        var tied = PyTorchFixture.Load("tied");
        Save(tied);
        SafeTensorsWriter.Write(_folder["model.safetensors"],
        [
            .. tied.Config.ParameterShapes.Select(p => TensorData.Floats(p.Name, p.Shape, tied.Weights[p.Name])),
            TensorData.Floats("fc.weight", [8, 11], tied.Weights["embedding.weight"]),
        ]);
        Assert.Contains(Problems(), line => line.Contains("expected F32 [11, 8], found F32 [8, 11]", StringComparison.Ordinal));
    }

    [Fact]
    public void A_configuration_of_megabytes_is_refused_unread()
    {
        Save(_gru);
        File.WriteAllText(_folder["config.json"], new string(' ', ModelFolder.MaxSmallLength + 1));
        Assert.Equal(["- config.json: has 1048577 bytes; at most 1048576 are read"], Problems());
    }

    [Fact]
    public void Weights_that_changed_since_the_folder_was_opened_are_refused()
    {
        Save(_gru);
        var folder = Open();
        var bytes = File.ReadAllBytes(_folder["model.safetensors"]);
        bytes[^1] ^= 1;
        File.WriteAllBytes(_folder["model.safetensors"], bytes);
        Assert.Contains("changed since the folder was opened", Assert.Throws<ModelFolderException>(folder.ReadWeights).Message);
        File.Delete(_folder["model.safetensors"]);
        Assert.Contains("model.safetensors: missing", Assert.Throws<ModelFolderException>(folder.ReadWeights).Message);
    }

    [Fact]
    public void Without_evidence_a_model_is_served_in_fp32()
    {
        Save(_gru);
        Assert.Null(Open().PrecisionReport);
        Assert.Equal(Precision.Fp32, Open().DefaultPrecision);
    }

    [Fact]
    public void A_precision_that_was_measured_is_the_default()
    {
        Save(_gru);
        Open().SavePrecision(Report());
        Assert.Equal(Precision.Bf16, Open().DefaultPrecision);
        Assert.Equal(Report().Figures, Open().PrecisionReport!.Figures);
    }

    [Fact]
    public void A_precision_measured_for_other_weights_is_refused_but_can_be_measured_anew()
    {
        Save(_gru);
        var report = Report();
        Open().SavePrecision(report);
        SafeTensorsWriter.Write(_folder["model.safetensors"], [.. _gru.Config.ParameterShapes.Select(
            p => TensorData.Floats(p.Name, p.Shape, [.. _gru.Weights[p.Name].Select(w => -w)]))]);

        var problem = Assert.Single(Problems());
        Assert.StartsWith($"- precision.json: measured for other weights, with SHA-256 {report.WeightsSha256}", problem);
        Assert.Contains("run lm quantize again", problem);
        var unmeasured = ModelFolder.OpenUnmeasured(_folder.Path);
        Assert.Contains("measured for weights", Assert.Throws<ArgumentException>(() => unmeasured.SavePrecision(report)).Message);
        unmeasured.SavePrecision(report with { WeightsSha256 = unmeasured.WeightsSha256 });
        Assert.Equal(Precision.Bf16, Open().DefaultPrecision);
    }

    [Fact]
    public void A_precision_is_not_called_that_of_other_weights_where_these_are_broken()
    {
        Save(_gru);
        Open().SavePrecision(Report());
        File.WriteAllText(_folder["model.safetensors"], "Entry not found");
        Assert.StartsWith("- model.safetensors: ", Assert.Single(Problems()));
    }

    [Fact]
    public void A_broken_precision_report_is_named_beside_other_faults()
    {
        Save(_gru);
        File.WriteAllText(_folder["precision.json"], "{}");
        File.Delete(_folder["model.safetensors"]);
        Assert.Contains("- model.safetensors: missing", Problems());
        Assert.Contains("- precision.json: format_version is missing; expected 1", Problems());
    }

    [Fact]
    public void A_precision_report_that_makes_no_sense_is_not_written()
    {
        Save(_gru);
        var report = Report() with { Figures = [], Tokens = 0 };
        var message = Assert.Throws<ArgumentException>(() => Open().SavePrecision(report)).Message;
        Assert.Contains("figures lacks fp32", message);
        Assert.Contains("tokens must be at least 1", message);
        Assert.DoesNotContain("precision.json", _folder.Files);
    }

    [Fact]
    public void A_model_saved_over_another_does_not_inherit_its_precision()
    {
        Save(_gru);
        Open().SavePrecision(Report());
        Save(PyTorchFixture.Load("lstm"));
        Assert.Null(Open().PrecisionReport);
    }

    [Fact]
    public void Parts_that_make_no_model_are_not_written()
    {
        var weights = new Dictionary<string, float[]>(_gru.Weights) { ["fc.bias"] = [1], ["more"] = [] };
        weights.Remove("embedding.weight");
        var message = Assert.Throws<ArgumentException>(() => ModelFolder.Save(
            _folder.Path, _gru.Config, Letters("ab"), weights, "")).Message;
        Assert.Contains("the tokenizer has 2 tokens, vocabulary_size is 11", message);
        message = Assert.Throws<ArgumentException>(() => ModelFolder.Save(
            _folder.Path, _gru.Config, Letters("abcdefghijk"), weights, "")).Message;
        Assert.Contains("embedding.weight: expected [11, 6], 66 numbers, given none", message);
        Assert.Contains("fc.bias: expected [11], 11 numbers, given 1 numbers", message);
        Assert.Contains("more: not a parameter", message);
        Assert.Empty(_folder.Files);
    }

    public void Dispose() => _folder.Dispose();

    private static TensorData Halves(string name, long[] shape, float[] values) => TensorData.Bytes(
        name, TensorType.F16, shape, values.SelectMany(w => BitConverter.GetBytes((Half)w)).ToArray());

    private static CharacterTokenizer Letters(string letters) => CharacterTokenizer.FromCorpus(letters);

    private void Save(PyTorchFixture fixture) => ModelFolder.Save(
        _folder.Path, fixture.Config, Letters("abcdefghijk"), fixture.Weights, "# Card");

    private PrecisionReport Report() => PrecisionFileTests.Report with { WeightsSha256 = Open().WeightsSha256 };

    private ModelFolder Open() => ModelFolder.Open(_folder.Path);

    private string[] Problems() => Assert.Throws<ModelFolderException>(Open).Message.Split('\n')[1..];
}
