using LmModel.Files;

namespace LmModel.Checkpoints;

/// <summary>
/// Checks that the tensors of a file tile its data: no overlap, no hole, nothing before, after or outside.
/// </summary>
internal static class SafeTensorsLayout
{
    /// <param name="tensors">Brought into the order of their data.</param>
    /// <param name="dataLength">Bytes of the file after the header.</param>
    /// <param name="problems">Receives what is wrong.</param>
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
                problems.Add($"{place} reach past the {dataLength} bytes of data the file has");
            }

            if (tensor.Begin < covered)
            {
                problems.Add($"{place} overlap those of {last}, which end at {covered}");
            }
            else if (tensor.Begin > covered)
            {
                problems.Add(
                    $"{place} leave a hole: {tensor.Begin - covered} bytes from {covered} on belong to no tensor");
            }

            if (tensor.End > covered)
            {
                covered = tensor.End;
                last = ProblemList.Show(tensor.Name);
            }
        }

        if (covered > dataLength)
        {
            problems.Add($"the file is cut short: the header describes {covered} bytes of data, found {dataLength}");
        }
        else if (covered < dataLength)
        {
            problems.Add($"trailing bytes: the header describes {covered} bytes of data, found {dataLength}");
        }
    }

    /// <summary>
    /// An empty tensor comes before the one it shares its offset with; names make messages repeatable.
    /// </summary>
    private static int Compare(TensorInfo a, TensorInfo b)
    {
        var byPlace = (a.Begin, a.End).CompareTo((b.Begin, b.End));
        return byPlace != 0 ? byPlace : string.CompareOrdinal(a.Name, b.Name);
    }
}
