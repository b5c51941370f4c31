using System.Text;

namespace LmModel.Files;

/// <summary>
/// Recognizes files of other kinds in place of those of a model folder, and says what to do about them.
/// </summary>
internal static class ForeignFile
{
    /// <summary>Number of bytes at the beginning of a file that identify it.</summary>
    public const int HeadLength = 512;

    /// <summary>Placeholder for the name of the file in messages.</summary>
    private const string Name = "FILE";

    private const string Pickle =
        "a PyTorch checkpoint (torch.save), a pickle, which can run code and is never read. Convert it in Python: "
            + "import torch; from safetensors.torch import save_file; "
            + $"s = torch.load(\"{Name}\", map_location=\"cpu\", weights_only=True); s = s.get(\"state_dict\", s); "
            + "save_file({n: t.clone().contiguous() for n, t in s.items()}, \"model.safetensors\")";

    private const string Unpack = "unpack it and use the file that is in it";

    private const string SaveAsUtf8 = "save it as UTF-8";

    private const string OtherWeights =
        "save the weights of the original network with "
            + "safetensors.torch.save_file(model.state_dict(), \"model.safetensors\")";

    /// <summary>
    /// The first match is used: bytes at an offset, a text that the head must also contain, and the kind of file.
    /// </summary>
    private static readonly (int Offset, byte[] Magic, string Contains, string What)[] Kinds =
    [
        (0, [.. "version https://git-lfs"u8], "", "a Git LFS pointer instead of the file: run git "
            + "lfs pull in the repository that it comes from"),
        (0, [.. "PK\u0003\u0004"u8], "data.pkl", Pickle),
        (0, [.. "PK\u0003\u0004"u8], ".npy", "a NumPy archive (.npz): save its arrays with "
            + "safetensors.numpy.save_file(dict(numpy.load(\"FILE\")), \"model.safetensors\")"),
        (0, [.. "PK\u0003\u0004"u8], "", $"a zip archive: {Unpack}"),
        .. new byte[] { 2, 3, 4, 5 }.Select(protocol => (0, (byte[])[0x80, protocol], "", Pickle)),
        (0, [.. "\u0093NUMPY".Select(c => (byte)c)], "", $"a NumPy array (.npy): {OtherWeights}"),
        (
            0,
            [.. "\u0089HDF\r\n\u001a\n".Select(c => (byte)c)],
            "",
            $"an HDF5 file, as Keras writes them: {OtherWeights}"),
        (0, [.. "GGUF"u8], "", $"a GGUF file, as llama.cpp uses them: {OtherWeights}"),
        (4, [.. "TFL3"u8], "", $"a TensorFlow Lite model: {OtherWeights}"),
        .. Enumerable
            .Range(1, 20)
            .Select(version => (0, (byte[])[0x08, (byte)version, 0x12], "", $"an ONNX model: {OtherWeights}")),
        (0, [0x1F, 0x8B], "", $"a gzip file: {Unpack}"),
        (0, [.. "BZh"u8], "", $"a bzip2 file: {Unpack}"),
        (0, [0xFD, .. "7zXZ"u8], "", $"an xz file: {Unpack}"),
        (0, [0x28, 0xB5, 0x2F, 0xFD], "", $"a Zstandard file: {Unpack}"),
        (0, [.. "7z"u8, 0xBC, 0xAF], "", $"a 7-Zip archive: {Unpack}"),
        (257, [.. "ustar"u8], "", $"a tar archive: {Unpack}"),
        (0, [0xFF, 0xFE], "", $"UTF-16 text, as PowerShell's > writes it: {SaveAsUtf8}"),
        (0, [0xFE, 0xFF], "", $"UTF-16 text: {SaveAsUtf8}"),
        (0, [0, 0, 0xFE, 0xFF], "", $"UTF-32 text: {SaveAsUtf8}"),
        (0, [.. "{\0"u8], "", $"UTF-16 text: {SaveAsUtf8}"),
        (0, [.. "\0{"u8], "", $"UTF-16 text: {SaveAsUtf8}"),
        (0, new byte[16], "", "a file of zeros: a download or a copy that did not finish; download it again"),
    ];

    /// <summary>Members that identify the kind of a JSON object, and that kind.</summary>
    private static readonly (string[] Members, string What)[] Objects =
    [
        (["weight_map"], "the index of weights that are in several files (model.safetensors.index.json)"),
        (["tokenizer_class"], "a tokenizer_config.json of Hugging Face transformers"),
        (
            ["added_tokens", "pre_tokenizer", "post_processor"],
            "a tokenizer of the Hugging Face tokenizers library; docs/tokenizers.md has the format that is read here. "
                + "If it is a byte-level BPE with GPT-2's pattern and no added tokens, convert it in Python: import "
                + "json; "
                + "m = json.load(open(\"tokenizer.json\"))[\"model\"]; json.dump({\"format\": \"lmservice-tokenizer\", "
                + "\"version\": 1, \"kind\": \"bpe\", \"vocabulary\": m[\"vocab\"], \"merges\": [x if isinstance(x, "
                + "str) else \" \".join(x) "
                + "for x in m[\"merges\"]]}, open(\"tokenizer.json\", \"w\"))"),
        (
            ["model_type", "architectures", "transformers_version"],
            "the configuration of a Hugging Face transformers model, which is a network of another kind; "
                + "docs/model-folder.md has the members of a recurrent one"),
    ];

    /// <summary>
    /// What an unexpected file looks like, and what to do; null if it is not recognized.
    /// </summary>
    /// <param name="content">The file, or at least its first <see cref="HeadLength"/> bytes.</param>
    /// <param name="file">Its name.</param>
    public static string? Recognize(ReadOnlySpan<byte> content, string file = Name)
    {
        var head = content[..Math.Min(content.Length, HeadLength)];
        if (Encoding.Latin1.GetString(head).TrimStart().StartsWith('<'))
        {
            return "an HTML or XML page, such as a server sends instead of a file: download the file itself";
        }

        foreach (var (offset, magic, contains, what) in Kinds)
        {
            if (head.Length > offset && head[offset..].StartsWith(magic)
                && head.IndexOf(Encoding.ASCII.GetBytes(contains)) >= 0)
            {
                return what.Replace(Name, file, StringComparison.Ordinal);
            }
        }

        return null;
    }

    /// <summary>
    /// What a JSON object without the mark of this format looks like; null if it is not recognized.
    /// </summary>
    public static string? Recognize(IEnumerable<string> members)
    {
        var names = members.ToHashSet();
        return Array.Find(Objects, o => o.Members.Any(names.Contains)).What;
    }
}
