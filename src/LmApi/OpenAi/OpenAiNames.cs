using System.Globalization;
using System.Text;
using System.Text.Unicode;
using LmApi.Models;
using LmModel.Generation;
using LmModel.Tokenization;

namespace LmApi.OpenAi;

/// <summary>OpenAI's names for what the engine reports.</summary>
internal static class OpenAiNames
{
    /// <summary>The guard is the one filter of contents that there is.</summary>
    public static string Of(FinishReason reason) => reason switch
    {
        FinishReason.Stop => "stop",
        FinishReason.Guard => "content_filter",
        _ => "length",
    };

    /// <summary>The text of a token alone; bytes that are not whole characters as <c>bytes:\xe2\x80</c>.</summary>
    public static string Of(Tokenizer tokenizer, int id)
    {
        var bytes = tokenizer.TokenBytes(id);
        if (Utf8.IsValid(bytes))
        {
            return tokenizer.Decode([id]);
        }

        var name = new StringBuilder("bytes:");
        foreach (var unit in bytes)
        {
            name.Append(CultureInfo.InvariantCulture, $"\\x{unit:x2}");
        }

        return name.ToString();
    }

    /// <summary>Changes when the weights do: the same fingerprint, seed and request give the same text.</summary>
    public static string Fingerprint(LoadedModel model) => "fp_" + model.Folder.WeightsSha256[..10];
}
