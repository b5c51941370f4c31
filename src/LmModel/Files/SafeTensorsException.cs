namespace LmModel.Files;

/// <summary>
/// A file is not a valid safetensors file, or holds other tensors than asked for; the message names everything.
/// </summary>
internal sealed class SafeTensorsException(string file, ProblemList problems, Exception? inner = null)
    : Exception(problems.Describe($"{file} cannot be read"), inner)
{
    public ProblemList Problems { get; } = problems;

    public static SafeTensorsException Of(string file, string problem, Exception? inner = null)
    {
        var problems = new ProblemList();
        problems.Add(problem);
        return new SafeTensorsException(file, problems, inner);
    }
}
