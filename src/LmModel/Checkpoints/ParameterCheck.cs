using System.Globalization;
using LmModel.Files;
using LmModel.Networks;

namespace LmModel.Checkpoints;

/// <summary>Compares the tensors of a file with the parameters of a model.</summary>
internal static class ParameterCheck
{
    /// <param name="reader">The file.</param>
    /// <param name="config">The model.</param>
    /// <param name="problems">
    /// Receives a description of the file if it is of another kind, then every missing or unexpected name, every wrong
    /// shape and type, and the first value of each tensor that is not finite.
    /// </param>
    public static void Check(SafeTensorsReader reader, ModelConfig config, ProblemList problems)
    {
        var (found, known) = (new ProblemList(), new HashSet<string>());
        var foreign = ForeignWeights.Find(reader, config);
        foreach (var (name, shape) in config.ParameterShapes)
        {
            var wanted = $"expected F32 {TensorInfo.Show(shape)}";
            if (foreign.Stored(name) is not { } tensor)
            {
                found.Add($"{name}: missing; {wanted}");
                continue;
            }

            known.Add(tensor.Name);
            if (!tensor.Type.FitsFloat() || !tensor.Shape.SequenceEqual(shape))
            {
                found.Add($"{ProblemList.Show(tensor.Name)}: {wanted}, found {tensor}");
            }
            else if (reader.FindUnusable(tensor) is { } problem)
            {
                found.Add(problem);
            }
        }

        if (config.TieWeights && foreign.Stored(ParameterNames.Output) is { } copy && known.Add(copy.Name))
        {
            CheckCopy(reader, foreign.Stored(ParameterNames.Embedding)!, copy, found);
        }

        foreach (var tensor in reader.Tensors.Where(t => !known.Contains(t.Name)))
        {
            found.Add($"{ProblemList.Show(tensor.Name)}: unexpected, found {tensor}");
        }

        if (foreign.IsRenamed || found.Count > 0)
        {
            foreach (var hint in foreign.Hints())
            {
                problems.Add(hint);
            }
        }

        problems.AddAll(found);
    }

    /// <summary>
    /// The name under which a parameter is stored in a valid file; a tied matrix may be stored once, under either name.
    /// </summary>
    public static string StoredName(SafeTensorsReader reader, ModelConfig config, string name) =>
        config.TieWeights && name == ParameterNames.Embedding && reader.Find(name) is null
            ? ParameterNames.Output
            : name;

    /// <summary>PyTorch's <c>state_dict</c> contains a tied matrix under both names; the copies must then be
    /// equal.</summary>
    private static void CheckCopy(SafeTensorsReader reader, TensorInfo original, TensorInfo copy, ProblemList problems)
    {
        var tied =
            $"{ProblemList.Show(copy.Name)}: tied to {ProblemList.Show(original.Name)} by tie_weights in config.json";
        if (!copy.Type.FitsFloat() || !copy.Shape.SequenceEqual(original.Shape))
        {
            problems.Add($"{tied}, so it must be absent or the same; expected {original}, found {copy}");
        }
        else if (original.Type.FitsFloat() && reader.FindDifference(original, copy) is var (index, first, second))
        {
            var place = WeightCheck.Place(copy.Shape, index);
            problems.Add(string.Create(
                CultureInfo.InvariantCulture,
                $"{tied}, so it must be absent or the same; at {place} it is {second}, not {first}. "
                    + $"If the two were trained apart, tie_weights is false"));
        }
    }
}
