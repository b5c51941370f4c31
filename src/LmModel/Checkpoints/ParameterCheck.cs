namespace LmModel.Checkpoints;

/// <summary>Compares the tensors of a file with the parameters a model has.</summary>
internal static class ParameterCheck
{
    /// <param name="reader">The file.</param>
    /// <param name="expected">Every parameter with its shape.</param>
    /// <param name="duplicate">
    /// A name the file may have on top, because it repeats another tensor bit for bit; null for none.
    /// </param>
    /// <param name="problems">Receives every name missing or unexpected, every shape and every type that is wrong.</param>
    public static void Check(
        SafeTensorsReader reader,
        IReadOnlyList<(string Name, long[] Shape)> expected,
        (string Name, string Of)? duplicate,
        ProblemList problems)
    {
        foreach (var (name, shape) in expected)
        {
            var wanted = $"expected F32 {TensorInfo.Show(shape)}";
            if (reader.Find(name) is not { } found)
            {
                problems.Add($"{name}: missing; {wanted}");
            }
            else if (!found.Type.FitsFloat() || !found.Shape.SequenceEqual(shape))
            {
                problems.Add($"{name}: {wanted}, found {found}");
            }
        }

        var names = expected.Select(p => p.Name).ToHashSet();
        foreach (var found in reader.Tensors.Where(t => !names.Contains(t.Name)))
        {
            if (duplicate is not { } copy || found.Name != copy.Name)
            {
                problems.Add($"{ProblemList.Show(found.Name)}: unexpected, found {found}");
            }
            else if (!Same(reader, found, copy.Of))
            {
                problems.Add(
                    $"{copy.Name}: tied to {copy.Of}, so it must be absent or the same, found {found} of other values");
            }
        }
    }

    private static bool Same(SafeTensorsReader reader, TensorInfo found, string of) =>
        reader.Find(of) is { } original
        && found.Type == original.Type
        && found.Shape.SequenceEqual(original.Shape)
        && reader.ReadBytes(found.Name).AsSpan().SequenceEqual(reader.ReadBytes(of));
}
