using System.Security.Cryptography;
using System.Text;
using LmModel.Checkpoints;
using LmModel.Tokenization;

namespace LmModel.Tests.Checkpoints;

public sealed class ModelFolderTests : SavedModelTests
{
    [Theory]
    [MemberData(nameof(PyTorchFixture.Names), MemberType = typeof(PyTorchFixture))]
    public void A_saved_model_can_be_opened(string name)
    {
        var fixture = PyTorchFixture.Load(name);
        Save(fixture);
        var folder = Open();
        Assert.Equal(fixture.Config, folder.Config);
        Assert.Equal(fixture.Config.VocabularySize, folder.Tokenizer.VocabularySize);
        Assert.Equal("# Card", folder.Card);
        Assert.Equal(
            Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(Folder["model.safetensors"]))),
            folder.WeightsSha256);
        Assert.Equal(fixture.Weights.OrderBy(w => w.Key), folder.ReadWeights().ByName().OrderBy(w => w.Key));
        Assert.Equal(["README.md", "config.json", "model.safetensors", "tokenizer.json"], Folder.Files);
    }

    [Fact]
    public void A_file_saved_by_PyTorch_loads_unchanged()
    {
        Save(Gru);
        File.Copy(PyTorchFixture.WeightsPath("gru"), Folder["model.safetensors"], overwrite: true);
        Assert.Equal(Gru.Weights.OrderBy(w => w.Key), Open().ReadWeights().ByName().OrderBy(w => w.Key));
    }

    [Fact]
    public void The_same_model_gives_the_same_file()
    {
        Save(Gru);
        var first = Open().WeightsSha256;
        Save(Gru);
        Assert.Equal(first, Open().WeightsSha256);
    }

    [Fact]
    public void A_missing_folder_is_reported() => Assert.Equal(
        $"Model folder {Folder["none"]} cannot be used:\n- there is no such folder",
        Assert.Throws<ModelFolderException>(() => ModelFolder.Open(Folder["none"])).Message);

    [Fact]
    public void All_missing_files_are_reported() => Assert.Equal(
        ["- config.json: missing", "- tokenizer.json: missing", "- model.safetensors: missing"], Problems());

    [Fact]
    public void A_folder_without_a_card_opens()
    {
        Save(Gru);
        File.Delete(Folder["README.md"]);
        Assert.Null(Open().Card);
    }

    [Fact]
    public void A_configuration_saved_with_a_byte_order_mark_opens()
    {
        Save(Gru);
        File.WriteAllText(Folder["config.json"], File.ReadAllText(Folder["config.json"]), new UTF8Encoding(true));
        Assert.Equal(Gru.Config, Open().Config);
    }

    [Fact]
    public void Errors_of_all_files_are_reported_together()
    {
        Save(Gru);
        File.WriteAllText(Folder["config.json"], "{ 'cell' }");
        File.WriteAllText(Folder["tokenizer.json"], "");
        File.WriteAllText(Folder["model.safetensors"], "version https://git-lfs.github.com/spec/v1");
        Assert.Collection(
            Problems(),
            line => Assert.Contains("- config.json: is not the JSON of a configuration", line),
            line => Assert.Contains("tokenizer.json: ", line),
            line => Assert.Contains("- model.safetensors: is not a safetensors file", line));
    }

    [Fact]
    public void Every_mismatched_key_shape_and_type_is_reported()
    {
        Save(Gru);
        var weights = Gru.Config.ParameterShapes
            .Where(p => p.Name is not ("rnn.bias_hh_l1" or "fc.weight" or "fc.bias"))
            .Select(p => TensorData.Floats(p.Name, p.Shape, Gru.Weights[p.Name]));
        SafeTensorsWriter.Write(Folder["model.safetensors"],
        [
            .. weights,
            TensorData.Floats("fc.weight", [8, 11], new float[88]),
            TensorData.Bytes("fc.bias", TensorType.F64, [11], new byte[88]),
            TensorData.Floats("rnn.weight_ih_l0_reverse", [1], [0]),
        ]);
        Assert.Equal(
            [
                "- model.safetensors: rnn.weight_ih_l0_reverse looks like a bidirectional network, which also reads "
                    + "a text from its end and so cannot continue one: train it with bidirectional=False",
                "- model.safetensors: F64 would be rounded: from safetensors.torch import load_file, save_file; "
                    + "t = load_file(\"model.safetensors\"); save_file({n: x.float() for n, x in t.items()}, "
                    + "\"model.safetensors\")",
                "- model.safetensors: rnn.bias_hh_l1: missing; expected F32 [24]",
                "- model.safetensors: fc.weight: expected F32 [11, 8], found F32 [8, 11]",
                "- model.safetensors: fc.bias: expected F32 [11], found F64 [11]",
                "- model.safetensors: rnn.weight_ih_l0_reverse: unexpected, found F32 [1]",
            ],
            Problems());
    }

    [Fact]
    public void Every_weight_that_does_not_match_the_cell_is_reported()
    {
        Save(Gru);
        File.Copy(PyTorchFixture.WeightsPath("lstm"), Folder["model.safetensors"], overwrite: true);
        Assert.Equal(9, Problems().Length);
        Assert.Equal(
            "- model.safetensors: the weights are those of a network with \"cell\": \"lstm\", where config.json has "
                + "\"gru\": correct config.json, or use the weights that belong to it",
            Problems()[0]
        );
        Assert.Contains("- model.safetensors: rnn.weight_hh_l1: expected F32 [24, 8], found F32 [32, 8]", Problems());
    }

    [Fact]
    public void A_vocabulary_size_mismatch_is_reported()
    {
        Save(Gru);
        TokenizerFile.Save(Letters("abc"), Folder["tokenizer.json"]);
        Assert.Equal(["- tokenizer.json: has 3 tokens, but vocabulary_size in config.json is 11"], Problems());
    }

    [Fact]
    public void A_configuration_of_several_megabytes_is_refused_unread()
    {
        Save(Gru);
        File.WriteAllText(Folder["config.json"], new string(' ', ModelFolder.MaxSmallLength + 1));
        Assert.Equal(["- config.json: has 1048577 bytes; at most 1048576 are read"], Problems());
    }

    [Fact]
    public void Weights_changed_after_opening_the_folder_are_refused()
    {
        Save(Gru);
        var folder = Open();
        var bytes = File.ReadAllBytes(Folder["model.safetensors"]);
        bytes[^1] ^= 1;
        File.WriteAllBytes(Folder["model.safetensors"], bytes);
        Assert.Contains(
            "changed since the folder was opened",
            Assert.Throws<ModelFolderException>(folder.ReadWeights).Message);
        File.Delete(Folder["model.safetensors"]);
        Assert.Contains("model.safetensors: missing", Assert.Throws<ModelFolderException>(folder.ReadWeights).Message);
    }

    [Fact]
    public void Mismatched_parts_are_not_written()
    {
        var message = Assert.Throws<ArgumentException>(
            () => ModelFolder.Save(Folder.Path, Letters("ab"), Gru.Network, "")).Message;

        Assert.Contains("The tokenizer has 2 tokens, vocabulary_size is 11", message);
        Assert.Empty(Folder.Files);
    }
}
