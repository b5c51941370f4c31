using System.IO.Compression;
using System.Text;
using System.Text.Json;
using LmModel.Checkpoints;
using LmModel.Tokenization;

namespace LmModel.Tests.Files;

/// <summary>
/// Files of other kinds, in place of one of a model folder's or beside it: one line says what they look like.
/// </summary>
public sealed class ForeignFileTests : IDisposable
{
    private const string LfsPointer =
        "version https://git-lfs.github.com/spec/v1\noid "
            + "sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 12345\n";

    private readonly TemporaryFolder _folder = new();
    private readonly PyTorchFixture _gru = PyTorchFixture.Load("gru");

    public ForeignFileTests() => ModelFolder.Save(
        _folder.Path, CharacterTokenizer.FromCorpus("abcdefghijk"), _gru.Network, "# Card");

    /// <summary>The beginning of a file, in Latin-1, and what is said of it.</summary>
    public static TheoryData<string, string> Heads { get; } = new()
    {
        { LfsPointer, "a Git LFS pointer instead of the file: run git lfs pull" },
        { "\u0080\u0002\u008a\nl\u00fc\u009cF\u00f9 j\u00a8P\u0019.", "a PyTorch checkpoint" },
        { "\u0080\u0005\u0095\u0012\0\0\0\0\0\0\0}", "a PyTorch checkpoint" },
        { "GGUF\u0003\0\0\0\u0010\0\0\0\0\0\0\0", "a GGUF file" },
        { "\u0089HDF\r\n\u001a\n\0\0\0\0\0\u0008\u0008\0", "an HDF5 file" },
        { "\u0093NUMPY\u0001\0v\0{'descr': '<f4'", "a NumPy array" },
        { "\u0008\u0007\u0012\u0007pytorch\u001a\u00052.1.0", "an ONNX model" },
        { "\u001c\0\0\0TFL3\u0014\0 \0", "a TensorFlow Lite model" },
        { "\u001f\u008b\u0008\0\0\0\0\0\0\u0003", "a gzip file: unpack it" },
        { "BZh91AY&SY\0\0\0", "a bzip2 file: unpack it" },
        { "\u00fd7zXZ\0\0\u0004", "an xz file: unpack it" },
        { "(\u00b5/\u00fd\u0004X\0\0", "a Zstandard file: unpack it" },
        { "<!DOCTYPE html>\n<html><body>Sign in</body></html>", "an HTML or XML page" },
        { "\n  <html>\n", "an HTML or XML page" },
        { $"model/{new string('\0', 251)}ustar\0", "a tar archive: unpack it" },
        { new string('\0', 4096), "a file of zeros" },
    };

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Heads))]
    public void Other_kinds_of_files_are_recognized_in_place_of_each_model_file(string head, string expected)
    {
        foreach (var file in new[] { "config.json", "tokenizer.json", "model.safetensors", "precision.json" })
        {
            var original = File.Exists(_folder[file]) ? File.ReadAllBytes(_folder[file]) : null;
            File.WriteAllBytes(_folder[file], Encoding.Latin1.GetBytes(head));
            Assert.Contains(
                $"it looks like {expected}",
                Assert.Single(Problems(), line => line.StartsWith($"- {file}: ", StringComparison.Ordinal)));
            Assert.Single(Problems());
            File.Delete(_folder[file]);
            if (original is not null)
            {
                File.WriteAllBytes(_folder[file], original);
            }
        }
    }

    [Theory]
    [InlineData(
        "archive/data.pkl",
        "a PyTorch checkpoint (torch.save), a pickle, which can run code and is never read"
    )]
    [InlineData("arr_0.npy", "a NumPy archive (.npz)")]
    [InlineData("weights.txt", "a zip archive: unpack it")]
    public void An_archive_is_recognized_by_its_contents(string entry, string expected)
    {
        File.WriteAllBytes(_folder["model.safetensors"], Zip(entry));
        Assert.Contains(
            $"- model.safetensors: is not a safetensors file: it looks like {expected}",
            Assert.Single(Problems()));
    }

    [Fact]
    public void A_renamed_checkpoint_is_reported_with_code_that_converts_it()
    {
        File.WriteAllBytes(_folder["model.safetensors"], Zip("archive/data.pkl"));
        Assert.EndsWith(
            "Convert it in Python: import torch; from safetensors.torch import save_file; s = "
                + "torch.load(\"model.safetensors\", "
                + "map_location=\"cpu\", weights_only=True); s = s.get(\"state_dict\", s); "
                + "save_file({n: t.clone().contiguous() for n, t in s.items()}, \"model.safetensors\")",
            Assert.Single(Problems()));
    }

    [Theory]
    [InlineData("pytorch_model.bin")]
    [InlineData("best.pt")]
    [InlineData("epoch=3.ckpt")]
    public void A_checkpoint_in_the_folder_is_mentioned_if_the_weights_are_missing(string name)
    {
        File.Delete(_folder["model.safetensors"]);
        File.WriteAllBytes(_folder[name], Zip("archive/data.pkl"));
        var problem = Assert.Single(Problems());
        Assert.StartsWith(
            $"- model.safetensors: missing; there is {name}, which looks like a PyTorch checkpoint",
            problem);
        Assert.Contains($"torch.load(\"{name}\"", problem);
    }

    [Theory]
    [InlineData("model-00001-of-00002.safetensors", "the weights are in several files. Join them in Python: ")]
    [InlineData(
        "weights.safetensors",
        "there is weights.safetensors: if that is the model, rename it to model.safetensors"
    )]
    [InlineData(
        "training/last.safetensors",
        "it has the state of a training that has not saved a model yet; resume the training"
    )]
    public void Weights_under_another_file_name_are_pointed_out(string name, string expected)
    {
        Directory.CreateDirectory(_folder["training"]);
        File.Move(_folder["model.safetensors"], _folder[name]);
        Assert.StartsWith($"- model.safetensors: missing; {expected}", Assert.Single(Problems()));
    }

    [Theory]
    [InlineData("config.json")]
    [InlineData("tokenizer.json")]
    [InlineData("precision.json")]
    public void Weights_in_place_of_JSON_are_recognized(string file)
    {
        File.Copy(_folder["model.safetensors"], _folder[file], overwrite: true);
        Assert.Contains("it looks like a safetensors file, whose name is model.safetensors", Assert.Single(Problems()));
    }

    [Fact]
    public void A_folder_of_model_folders_is_refused_with_their_names()
    {
        using var parent = new TemporaryFolder();
        Directory.Move(_folder.Path, parent["ducks"]);
        var message = Assert.Throws<ModelFolderException>(() => ModelFolder.Open(parent.Path)).Message;
        Assert.Contains("- model.safetensors: missing; it contains model folders; give one of them: ducks", message);
        Directory.Move(parent["ducks"], _folder.Path);
    }

    [Fact]
    public void A_file_given_as_the_folder_is_distinguished_from_a_missing_folder()
    {
        Assert.Equal([$"- is a file; give the folder that it is in, {_folder.Path}"], Problems(_folder["config.json"]));
        Assert.Equal(
            [$"- is a file; give the folder that it is in, {_folder.Path}"],
            Problems(_folder["model.safetensors"]));
        File.WriteAllBytes(_folder["model.pt"], Zip("model/data.pkl"));
        Assert.StartsWith(
            "- is a file, not a model folder: it looks like a PyTorch checkpoint",
            Assert.Single(Problems(_folder["model.pt"])));
        Assert.Equal(["- there is no such folder"], Problems(_folder["none"]));
    }

    [Theory]
    [InlineData("Entry not found")]
    [InlineData("Invalid username or password.")]
    [InlineData("{\"error\": \"Repository not found\"}")]
    public void Text_in_place_of_the_weights_is_quoted(string text)
    {
        File.WriteAllText(_folder["model.safetensors"], text);
        Assert.Equal([$"- model.safetensors: is not a safetensors file but text: '{text}'"], Problems());
    }

    [Fact]
    public void Truncated_weights_are_reported_as_truncated()
    {
        var whole = File.ReadAllBytes(_folder["model.safetensors"]);
        foreach (var length in new[] { 9, 100, 1000, whole.Length - 1 })
        {
            File.WriteAllBytes(_folder["model.safetensors"], whole[..length]);
            Assert.Contains(Problems(), line => line.Contains("the file is truncated", StringComparison.Ordinal));
        }
    }

    [Fact]
    public void A_transformer_configuration_is_reported_in_one_line()
    {
        File.WriteAllText(
            _folder["config.json"],
            """{"architectures": ["GPT2LMHeadModel"], "model_type": "gpt2", """
                + """ "n_embd": 768, "n_layer": 12, "vocab_size": 50257}"""
        );
        Assert.Equal(
            [
                "- config.json: is not the JSON of a configuration: it looks like the configuration of a Hugging "
                    + "Face transformers model, which is a network of another kind; docs/model-folder.md has the "
                    + "members of a recurrent one",
            ],
            Problems());
    }

    [Theory]
    [InlineData(
        """{"version": "1.0", "added_tokens": [], "pre_tokenizer": {"type": "ByteLevel"}, "model": {"type": "BPE"}}""",
        "a tokenizer of the Hugging Face tokenizers library"
    )]
    [InlineData(
        """{"tokenizer_class": "GPT2Tokenizer", "model_max_length": 1024}""",
        "a tokenizer_config.json of Hugging Face transformers"
    )]
    [InlineData(
        """{"metadata": {}, "weight_map": {"a": "model-00001-of-00002.safetensors"}}""",
        "the index of weights that are in several files"
    )]
    [InlineData("""{"a": 0, "b": 1}""", "a bare table of tokens and ids")]
    public void A_tokenizer_of_another_kind_is_reported_in_one_line(string json, string expected)
    {
        File.WriteAllText(_folder["tokenizer.json"], json);
        Assert.StartsWith(
            $"- tokenizer.json: is not a tokenizer of this format: it looks like {expected}",
            Assert.Single(Problems()));
    }

    [Fact]
    public void A_Hugging_Face_byte_level_BPE_is_readable_after_the_suggested_conversion()
    {
        // What the Python of the refusal does with the "model" of such a file.
        var bpe = BpeTokenizer.Train("the then there the then there", 260);
        var ids = JsonSerializer.Serialize(bpe.Vocabulary.Index().ToDictionary(t => t.Item, t => t.Index));
        var merges = JsonSerializer.Serialize(bpe.Merges.Select(m => $"{m.Left} {m.Right}"));
        var converted = $$"""
            {
              "format": "lmservice-tokenizer", "version": 1, "kind": "bpe",
              "vocabulary": {{ids}}, "merges": {{merges}}
            }
            """;
        File.WriteAllText(_folder["tokenizer.json"], converted);
        Assert.Equal(bpe.Encode("the then"), TokenizerFile.Load(_folder["tokenizer.json"]).Encode("the then"));
    }

    private static byte[] Zip(string entry)
    {
        var stream = new MemoryStream();
        using (var zip = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            using var content = zip.CreateEntry(entry, CompressionLevel.NoCompression).Open();
            content.Write("\u0080\u0002}q\0."u8);
        }

        return stream.ToArray();
    }

    private string[] Problems(string? path = null) =>
        Assert.Throws<ModelFolderException>(() => ModelFolder.Open(path ?? _folder.Path)).Message.Split('\n')[1..];
}
