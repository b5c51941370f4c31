using System.Text.Json;
using System.Text.RegularExpressions;
using LmModel.Files;
using LmModel.Networks;

namespace LmModel.Checkpoints;

/// <summary>
/// Finds the parameters of a model in a file that may use different names for them, and describes what kind of file it
/// is and how to convert it. Nothing is loaded on the basis of such a guess.
/// </summary>
internal sealed partial class ForeignWeights
{
    private const string Embedding = "embedding", Recurrent = "rnn", Output = "fc";

    /// <summary>What the names of tensors reveal about the network that they come from.</summary>
    private static readonly (Regex Name, string What)[] Kinds =
    [
        (new("^(adamw|average|carried)\\."), "the state of a training (training/last.safetensors), which can be "
            + "resumed; the model is the model.safetensors in the folder above"),
        (new("_reverse$"), "a bidirectional network, which also reads a text from its end and so cannot "
            + "continue one: train it with bidirectional=False"),
        (new("weight_hr_l\\d+$"), "an LSTM with proj_size, which is not supported: train it without"),
        (new("\\.\\d+\\.(weight|bias)_(ih|hh)"), "layers in an nn.ModuleList: number them in the names, from "
            + "rnns.1.weight_ih_l0 to rnn.weight_ih_l1"),
        (new("(weight|bias)_(ih|hh)$"), "an nn.RNNCell, nn.GRUCell or nn.LSTMCell: its names need _l0 at the "
            + "end, as in rnn.weight_ih_l0"),
        (new("_raw$"), "weights under weight drop, as AWD-LSTM stores them: rename weight_hh_l0_raw to weight_hh_l0"),
        (new("(weight_[gv]|original[01])$"), "weights under torch.nn.utils weight_norm: remove it before saving"),
        (new("attn|attention|\\.mlp\\.", RegexOptions.IgnoreCase), "a transformer, which is not a recurrent network"),
        (
            new("qweight|qzeros|absmax|zero_point|packed_params"),
            "quantized weights: save the weights that they were made from"),
        (
            new("(norm|ln)\\w*\\.(weight|bias)$", RegexOptions.IgnoreCase),
            "a network with normalization layers, " + "which is not supported"),
    ];

    /// <summary>Where parts of a module's path come from.</summary>
    private static readonly (string Part, string What)[] Wrappers =
    [
        ("module", "torch.nn.DataParallel and DistributedDataParallel add \"module.\": save model.module.state_dict()"),
        ("_orig_mod", "torch.compile adds \"_orig_mod.\": save model._orig_mod.state_dict()"),
        (
            "model",
            "a module around the network, such as a LightningModule, adds \"model.\": save model.model.state_dict()"),
        ("net", "a module around the network, such as a LightningModule, adds \"net.\": save model.net.state_dict()"),
        ("decoder", "\"encoder\" and \"decoder\" are the names of PyTorch's word_language_model example"),
    ];

    private readonly ModelConfig _config;
    private readonly Dictionary<string, TensorInfo> _byName;
    private readonly List<(string Module, string Name)> _renamed;

    private ForeignWeights(IReadOnlyList<TensorInfo> tensors, ModelConfig config, Dictionary<string, string> names)
    {
        (_config, _byName) = (config, []);
        foreach (var tensor in tensors)
        {
            var (module, parameter) = Split(tensor.Name);
            _byName.TryAdd(names.TryGetValue(module, out var name) ? $"{name}.{parameter}" : tensor.Name, tensor);
        }

        _renamed = [.. names.Where(n => n.Key != n.Value).Select(n => (n.Key, n.Value))];
    }

    /// <summary>Whether the parameters fit except for the names of their modules.</summary>
    public bool IsRenamed => _renamed.Count > 0;

    /// <summary>Uses the names as they are, unless renamed modules match more parameters.</summary>
    public static ForeignWeights Find(SafeTensorsReader reader, ModelConfig config)
    {
        var asNamed = new ForeignWeights(reader.Tensors, config, []);
        var renamed = new ForeignWeights(reader.Tensors, config, Modules(reader.Tensors));
        int Found(ForeignWeights weights) => config.ParameterShapes.Count(p => weights.Stored(p.Name) is not null);
        return Found(renamed) > Found(asNamed) ? renamed : asNamed;
    }

    /// <summary>
    /// The tensor of a parameter; null if there is none. A tied matrix may be stored under either name.
    /// </summary>
    public TensorInfo? Stored(string parameter) =>
        _byName.GetValueOrDefault(parameter) ?? (_config.TieWeights && parameter == $"{Embedding}.weight"
            ? _byName.GetValueOrDefault($"{Output}.weight")
            : null);

    /// <summary>What the file looks like and what to do about it, one sentence each.</summary>
    public IEnumerable<string> Hints()
    {
        foreach (var (name, what) in Kinds)
        {
            if (_byName.FirstOrDefault(t => name.IsMatch(t.Key)).Value is { } tensor)
            {
                yield return $"{ProblemList.Show(tensor.Name)} looks like {what}";
            }
        }

        if (IsRenamed)
        {
            yield return Renaming();
        }

        if (_byName.Values.Any(t => t.Type is TensorType.F64))
        {
            yield return $"F64 would be rounded: {InPython("{n: x.float() for n, x in t.items()}")}";
        }

        var fitting = Fitting();
        if (fitting is not null && fitting != _config)
        {
            yield return Difference(fitting);
        }

        // Either all biases of a module or none: a single missing one was lost, and zeros would not restore it.
        var missing = (fitting?.ParameterShapes ?? [])
            .Where(p => p.Name.Contains("bias", StringComparison.Ordinal))
            .GroupBy(p => Split(p.Name).Module)
            .Where(module => module.All(p => Stored(p.Name) is null))
            .SelectMany(module => module)
            .ToList();
        if (missing.Count > 0)
        {
            yield return Zeros(missing);
        }
    }

    [GeneratedRegex("^(weight|bias)_(ih|hh)_l\\d+$")]
    private static partial Regex RecurrentParameter();

    [GeneratedRegex("^(fc|out|lin|head|lm_head|decoder|proj|classif|logits|dense)", RegexOptions.IgnoreCase)]
    private static partial Regex OutputName();

    private static (string Module, string Parameter) Split(string name) =>
        name.LastIndexOf('.') is >= 0 and var dot ? (name[..dot], name[(dot + 1)..]) : ("", name);

    /// <summary>
    /// Maps the modules of a file to their names here; a name that several modules could have is left out.
    /// </summary>
    private static Dictionary<string, string> Modules(IReadOnlyList<TensorInfo> tensors) => tensors
        .GroupBy(t => Split(t.Name).Module)
        .Select(g => (Module: g.Key, Name: NameOf(g.Key, [.. g])))
        .Where(m => m.Name is not null)
        .GroupBy(m => m.Name!)
        .Select(g => g.Count() == 1 ? g.Single() : g.FirstOrDefault(m => m.Module == m.Name))
        .Where(m => m.Name is not null)
        .ToDictionary(m => m.Module, m => m.Name!);

    private static string? NameOf(string module, List<TensorInfo> tensors)
    {
        TensorInfo? Parameter(string name) => tensors.Find(t => Split(t.Name).Parameter == name);

        if (tensors.Exists(t => RecurrentParameter().IsMatch(Split(t.Name).Parameter)))
        {
            return Recurrent;
        }

        if (Parameter("weight") is not { Shape: [var rows, _] })
        {
            // If the matrix of an output layer is tied, the bias may be all that was saved.
            return tensors is [{ Shape.Count: 1 }] && Parameter("bias") is not null ? Output : null;
        }

        var biased = Parameter("bias") is { Shape: [var length] } && length == rows;
        return biased || OutputName().IsMatch(Split(module).Parameter) ? Output : Embedding;
    }

    private string Renaming()
    {
        var prefix = _renamed
            .Select(r => r.Module.EndsWith($".{r.Name}", StringComparison.Ordinal) ? r.Module[..^r.Name.Length] : null)
            .Distinct()
            .ToList()
            is [{ } only]
            ? only
            : null;
        var named = prefix is null
            ? $"its modules are named {string.Join(", ", _renamed.Select(r => ProblemList.Show(r.Module)))}, not "
                + string.Join(", ", _renamed.Select(r => r.Name))
            : $"the names begin with \"{ProblemList.Show(prefix)}\"";
        var parts = _renamed.SelectMany(r => r.Module.Split('.')).ToHashSet();
        var from = string.Concat(Wrappers.Where(w => parts.Contains(w.Part)).Select(w => $"; {w.What}"));
        var python = prefix is null
            ? $"m = {{{string.Join(", ", _renamed.Select(r => $"\"{ProblemList.Show(r.Module)}\": \"{r.Name}\""))}}}; "
                + InPython(
                    "{\".\".join((m.get(a, a), b)): x for (a, _, b), x in ((n.rpartition(\".\"), x) for n, x "
                        + "in t.items())}")
            : InPython($"{{n.removeprefix(\"{ProblemList.Show(prefix)}\"): x for n, x in t.items()}}");
        return $"{named}{from}. Or rename them: {python}";
    }

    private static string InPython(string tensors) =>
        "from safetensors.torch import load_file, save_file; t = load_file(\"model.safetensors\"); "
            + $"save_file({tensors}, \"model.safetensors\")";

    /// <summary>
    /// The configuration that the shapes of the matrices imply, as far as they determine it; null if they do not.
    /// </summary>
    private ModelConfig? Fitting()
    {
        var (table, state) = (
            Stored($"{Embedding}.weight") ?? Stored($"{Output}.weight"),
            Stored($"{Recurrent}.weight_hh_l0"));
        if (table?.Shape is not [var v, var e] || state?.Shape is not [var rows, > 0 and var h] || rows % h != 0)
        {
            return null;
        }

        // Cells with the same number of gates have the same shapes, so the one in config.json may be meant.
        var cells = Enum.GetValues<Cell>().Where(cell => cell.Traits().Gates == rows / h).ToList();
        if (cells.Count == 0)
        {
            return null;
        }

        var stored = Stored($"{Output}.weight") is not null;
        var fitting = _config with
        {
            Cell = cells.Contains(_config.Cell) ? _config.Cell : cells[0],
            VocabularySize = (int)Math.Min(v, int.MaxValue),
            EmbeddingSize = (int)Math.Min(e, int.MaxValue),
            HiddenSize = (int)Math.Min(h, int.MaxValue),
            Layers = Enumerable.Range(0, 65).TakeWhile(l => Stored($"{Recurrent}.weight_hh_l{l}") is not null).Count(),
            TieWeights = e == h && (_config.TieWeights || !stored),
            StartToken = 0,
        };
        fitting = fitting with { StartToken = fitting.VocabularySize > _config.StartToken ? _config.StartToken : 0 };
        return !fitting.Problems().Any() && fitting.ParameterShapes.All(p => Stored(p.Name) is { } tensor
            ? tensor.Shape.SequenceEqual(p.Shape)
            : p.Name.Contains("bias", StringComparison.Ordinal)) ? fitting : null;
    }

    private string Difference(ModelConfig fitting)
    {
        JsonElement Members(ModelConfig config) => JsonSerializer.SerializeToElement(config, JsonMembers.Options);
        var given = Members(_config);
        var members = Members(fitting)
            .EnumerateObject()
            .Where(m => !JsonElement.DeepEquals(m.Value, given.GetProperty(m.Name)))
            .ToList();
        return $"the weights are those of a network with "
            + $"{string.Join(", ", members.Select(m => $"\"{m.Name}\": {m.Value.GetRawText()}"))}"
            + $"{(fitting.Cell is Cell.RnnTanh && _config.Cell is not Cell.RnnTanh ? " (or rnn_relu)" : "")}, where "
            + "config.json has "
            + $"{string.Join(", ", members.Select(m => given.GetProperty(m.Name).GetRawText()))}: correct config.json, "
            + "or use the weights "
            + "that belong to it";
    }

    private static string Zeros(List<(string Name, long[] Shape)> missing)
    {
        var zeros = string.Join(" | ", missing.GroupBy(m => m.Shape[0]).Select(g =>
            $"{{n: torch.zeros({g.Key}) for n in ({string.Concat(g.Select(m => $"\"{m.Name}\", "))})}}"));
        return $"{missing[0].Name} is missing, as after bias=False; zeros compute the same: import torch; "
            + $"{InPython($"t | {zeros}")}";
    }
}
