using System.Text;
using LmModel.Audits;
using LmModel.Chat;
using LmModel.Checkpoints;
using LmModel.Files;
using LmModel.Guard;
using LmModel.Keys;
using LmModel.Quantization;
using LmModel.Sampling;
using LmModel.Tokenization;
using LmModel.Units;

namespace Fuzz;

/// <summary>
/// What reads files that someone else has made. A target returns where the bytes were read, or refused with the
/// exception that its reader documents; anything else that is thrown, memory without bound and endless loops are
/// faults.
/// </summary>
internal static class Targets
{
    public static readonly IReadOnlyDictionary<string, Action<byte[]>> All = new Dictionary<string, Action<byte[]>>
    {
        ["safetensors"] = SafeTensors,
        ["config"] = bytes => Members(problems => ConfigFile.Read(bytes, problems)),
        ["precision"] = bytes => Members(problems => PrecisionFile.Read(bytes, problems)),
        ["keys"] = bytes => Members(problems => KeyFile.Read(bytes, problems)),
        ["units"] = bytes => Members(problems => UnitFile.Read(bytes, problems)),
        ["audit"] = bytes => Members(problems => AuditFile.Read(bytes, problems)),
        ["guard"] = bytes => Members(problems => VerbatimFilterFile.Read(bytes, problems)),
        ["generation"] = bytes => Members(problems => GenerationConfigFile.Read(bytes, problems)),
        ["chat"] = bytes => Members(problems => ChatTemplateFile.Read(bytes, problems)),
        ["tokenizer"] = TokenizerAndText,
    };

    private static void SafeTensors(byte[] bytes)
    {
        try
        {
            using var reader = SafeTensorsReader.Open(new MemoryStream(bytes), "fuzzed");
            foreach (var tensor in reader.Tensors)
            {
                reader.ReadBytes(tensor.Name);
            }
        }
        catch (SafeTensorsException exception)
        {
            RequirePlain(exception.Message);
        }
    }

    private static void Members(Func<ProblemList, object?> read)
    {
        var problems = new ProblemList();
        var members = read(problems);
        if (members is null == (problems.Count == 0))
        {
            throw new InvalidOperationException($"{problems.Count} problems, but {members ?? "nothing"} was read.");
        }

        RequirePlain(problems.Describe("fuzzed"));
    }

    /// <summary>The file is what is before the first zero byte; what is after it is encoded and decoded.</summary>
    private static void TokenizerAndText(byte[] bytes)
    {
        var end = Array.IndexOf(bytes, (byte)0);
        var (file, text) = end < 0
            ? (bytes, "a é 😀\n")
            : (bytes[..end], Encoding.UTF8.GetString(bytes, end, bytes.Length - end));
        try
        {
            var tokenizer = TokenizerReader.Read(file);
            tokenizer.Decode(tokenizer.Encode(text));
            var written = TokenizerWriter.Write(tokenizer);
            if (!TokenizerWriter.Write(TokenizerReader.Read(written)).SequenceEqual(written))
            {
                throw new InvalidOperationException("What was written and read is not the same.");
            }
        }
        catch (Exception exception) when (exception is InvalidDataException or UnknownCharacterException)
        {
            // As it is told of a model folder.
            var problems = new ProblemList();
            problems.Add(exception.Message);
            RequirePlain(problems.Describe("fuzzed"));
        }
    }

    /// <summary>A message forges no line of a log, and writes no control character to a terminal.</summary>
    private static void RequirePlain(string message)
    {
        if (message.Split('\n').Skip(1).Any(line => !line.StartsWith("- ", StringComparison.Ordinal))
            || message.Any(c => char.IsControl(c) && c != '\n'))
        {
            throw new InvalidOperationException($"Not a plain message: {message}");
        }
    }
}
