namespace LmModel.Files;

/// <summary>SHA-256 as a file of a model has it: 64 lower-case hexadecimal digits.</summary>
internal static class Sha256Text
{
    public static bool IsValid(string value) => value.Length == 64 && value.All(char.IsAsciiHexDigitLower);

    /// <summary>One sentence for each member that is not such a hash.</summary>
    public static IEnumerable<string> Problems(params (string Name, string Value)[] members) =>
        from member in members
        where !IsValid(member.Value)
        select $"{member.Name} must be 64 lower-case hexadecimal digits, not {ProblemList.Show(member.Value)}";
}
