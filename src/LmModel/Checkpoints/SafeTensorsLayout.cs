using LmModel.Files;

namespace LmModel.Checkpoints;

/// <summary>
/// Checks that the tensors of a file tile its data: no overlaps, no gaps, and nothing before, after or outside.
/// </summary>
internal static class SafeTensorsLayout
{
    /// <param name="tensors">The tensors; they are sorted in the order of their data.</param>
    /// <param name="dataLength">Number of bytes in the file after the header.</param>
    /// <param name="problems">Receives the faults.</param>
    public static void Check(List<TensorInfo> tensors, long dataLength, ProblemList problems)
    {
        tensors.Sort(Compare);
        long covered = 0;
        var last = "";
        foreach (var tensor in tensors)
        {
            var place = $"{ProblemList.Show(tensor.Name)}: data_offsets [{tensor.Begin}, {tensor.End}]";
            if (tensor.End > dataLength)
            {
                problems.Add($"{place} extend beyond the {dataLength} bytes of data in the file");
            }

            if (tensor.Begin < covered)
            {
                problems.Add($"{place} overlap those of {last}, which end at {covered}");
            }
            else if (tensor.Begin > covered)
            {
                problems.Add(
                    $"{place} leave a gap: {tensor.Begin - covered} bytes from {covered} on belong to no tensor");
            }

            if (tensor.End > covered)
            {
                covered = tensor.End;
                last = ProblemList.Show(tensor.Name);
            }
        }

        if (covered > dataLength)
        {
            problems.Add($"the file is truncated: the header describes {covered} bytes of data, found {dataLength}");
        }
        else if (covered < dataLength)
        {
            problems.Add($"trailing bytes: the header describes {covered} bytes of data, found {dataLength}");
        }
    }

    /// <summary>
    /// An empty tensor sorts before another one at the same offset; further ties are broken by name, so that messages
    /// are reproducible.
    /// </summary>
    private static int Compare(TensorInfo a, TensorInfo b)
    {
        var byPlace = (a.Begin, a.End).CompareTo((b.Begin, b.End));
        return byPlace != 0 ? byPlace : string.CompareOrdinal(a.Name, b.Name);
    }
}
