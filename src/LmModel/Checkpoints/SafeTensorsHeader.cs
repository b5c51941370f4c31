using System.Text.Json;
using LmModel.Files;

namespace LmModel.Checkpoints;

/// <summary>
/// The JSON header of a safetensors file, parsed in one pass that finds every fault. Faults are added to a
/// <see cref="ProblemList"/>, and the valid entries are kept.
/// </summary>
/// <remarks>
/// Uses <see cref="Utf8JsonReader"/>, because with duplicate keys a serializer would silently keep the last one.
/// </remarks>
internal sealed class SafeTensorsHeader
{
    private const string MetadataKey = "__metadata__";

    private static readonly string[] Members = ["dtype", "shape", "data_offsets"];

    private readonly List<TensorInfo> _tensors = [];
    private readonly Dictionary<string, string> _metadata = [];
    private readonly ProblemList _problems;

    private SafeTensorsHeader(ProblemList problems) => _problems = problems;

    /// <summary>The tensors in the order of their data.</summary>
    public IReadOnlyList<TensorInfo> Tensors => _tensors;

    public IReadOnlyDictionary<string, string> Metadata => _metadata;

    /// <param name="json">The header without its length, including any spaces that pad it.</param>
    /// <param name="dataLength">Number of bytes in the file after the header.</param>
    /// <param name="problems">Receives the faults; the result can only be used if there are none.</param>
    public static SafeTensorsHeader Parse(ReadOnlySpan<byte> json, long dataLength, ProblemList problems)
    {
        var header = new SafeTensorsHeader(problems);
        if (json.IsEmpty || json[0] != (byte)'{')
        {
            problems.Add("the header must be a JSON object and begin with '{'");
            return header;
        }

        try
        {
            // A tensor that could not be parsed leaves a gap in the data that is not the fault of its neighbours.
            if (header.ReadEntries(json))
            {
                SafeTensorsLayout.Check(header._tensors, dataLength, problems);
            }
        }
        catch (JsonException e)
        {
            problems.Add($"the header is not JSON: {e.Message}");
        }

        return header;
    }

    /// <returns>Whether every entry states where its data are.</returns>
    private bool ReadEntries(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        var names = new HashSet<string>();
        var entries = 0;
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = ReadString(ref reader);
            reader.Read();
            entries += name == MetadataKey ? 0 : 1;
            if (!names.Add(name))
            {
                _problems.Add($"{ProblemList.Show(name)}: appears more than once");
                reader.Skip();
            }
            else if (name == MetadataKey)
            {
                ReadMetadata(ref reader);
            }
            else
            {
                ReadTensor(ref reader, name);
            }
        }

        // Checks what follows the object; only white space is allowed.
        reader.Read();
        return _tensors.Count == entries;
    }

    private void ReadMetadata(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            _problems.Add($"{MetadataKey}: must be an object of strings, found {Kind(reader.TokenType)}");
            reader.Skip();
            return;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var key = ReadString(ref reader);
            reader.Read();
            if (reader.TokenType != JsonTokenType.String)
            {
                _problems.Add(
                    $"{MetadataKey}: {ProblemList.Show(key)} must be a string, found {Kind(reader.TokenType)}");
                reader.Skip();
            }
            else if (!_metadata.TryAdd(key, ReadString(ref reader)))
            {
                _problems.Add($"{MetadataKey}: {ProblemList.Show(key)} appears more than once");
            }
        }
    }

    private void ReadTensor(ref Utf8JsonReader reader, string name)
    {
        var shown = ProblemList.Show(name);
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            _problems.Add(
                $"{shown}: must be an object of dtype, shape and data_offsets, found {Kind(reader.TokenType)}");
            reader.Skip();
            return;
        }

        TensorType? type = null;
        List<long>? shape = null, offsets = null;
        var seen = new List<string>(3);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var member = ReadString(ref reader);
            reader.Read();
            if (!Members.Contains(member))
            {
                _problems.Add($"{shown}: has an unknown member {ProblemList.Show(member)}");
                reader.Skip();
                continue;
            }

            if (seen.Contains(member))
            {
                _problems.Add($"{shown}: {member} appears more than once");
                reader.Skip();
                continue;
            }

            seen.Add(member);
            switch (member)
            {
                case "dtype": type = ReadType(ref reader, shown); break;
                case "shape": shape = ReadNumbers(ref reader, $"{shown}: shape"); break;
                default: offsets = ReadNumbers(ref reader, $"{shown}: data_offsets"); break;
            }
        }

        foreach (var missing in Members.Except(seen))
        {
            _problems.Add($"{shown}: {missing} is missing");
        }

        if (offsets is not null && (offsets.Count != 2 || offsets[0] > offsets[1]))
        {
            _problems.Add(
                $"{shown}: data_offsets must be [begin, end] with begin ≤ end, found {TensorInfo.Show(offsets)}");
        }
        else if (type is { } t && shape is not null && offsets is not null)
        {
            var tensor = new TensorInfo(name, t, shape, offsets[0], offsets[1]);
            CheckSize(tensor, shown);
            _tensors.Add(tensor);
        }
    }

    private void CheckSize(TensorInfo tensor, string shown)
    {
        try
        {
            var bytes = tensor.Shape.Aggregate((long)tensor.Type.Size(), (n, d) => checked(n * d));
            if (bytes != tensor.ByteLength)
            {
                _problems.Add(
                    $"{shown}: {tensor} takes {bytes} bytes, but data_offsets [{tensor.Begin}, {tensor.End}] " +
                    $"give {tensor.ByteLength}");
            }
        }
        catch (OverflowException)
        {
            _problems.Add($"{shown}: {tensor} is more than 2⁶³ bytes");
        }
    }

    private TensorType? ReadType(ref Utf8JsonReader reader, string shown)
    {
        if (reader.TokenType == JsonTokenType.String)
        {
            var text = ReadString(ref reader);
            if (TensorTypes.TryParse(text, out var type))
            {
                return type;
            }

            _problems.Add(
                $"{shown}: dtype must be one of {string.Join(", ", Enum.GetNames<TensorType>())}, " +
                $"found {ProblemList.Show(text)}");
            return null;
        }

        _problems.Add($"{shown}: dtype must be a string, found {Kind(reader.TokenType)}");
        reader.Skip();
        return null;
    }

    private List<long>? ReadNumbers(ref Utf8JsonReader reader, string what)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            _problems.Add($"{what} must be an array, found {Kind(reader.TokenType)}");
            reader.Skip();
            return null;
        }

        var numbers = new List<long>();
        var sound = true;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var number) && number >= 0)
            {
                numbers.Add(number);
                continue;
            }

            if (sound)
            {
                _problems.Add($"{what} must hold integers from 0 to 2⁶³−1, found {Found(ref reader)}");
                sound = false;
            }

            reader.Skip();
        }

        return sound ? numbers : null;
    }

    private static string Found(ref Utf8JsonReader reader) => reader.TokenType == JsonTokenType.Number
        ? ProblemList.Show(System.Text.Encoding.ASCII.GetString(reader.ValueSpan))
        : Kind(reader.TokenType);

    private static string ReadString(ref Utf8JsonReader reader)
    {
        try
        {
            return reader.GetString()!;
        }
        catch (InvalidOperationException e)
        {
            // The reader validates strings only now: invalid UTF-8, or half of a surrogate pair.
            throw new JsonException($"the string at byte {reader.TokenStartIndex} is not valid Unicode", e);
        }
    }

    private static string Kind(JsonTokenType type) => type switch
    {
        JsonTokenType.StartObject => "an object",
        JsonTokenType.StartArray => "an array",
        JsonTokenType.String => "a string",
        JsonTokenType.Number => "a number",
        JsonTokenType.Null => "null",
        _ => "true or false",
    };
}
