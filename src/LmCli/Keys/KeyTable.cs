using System.Globalization;
using LmModel.Keys;

namespace LmCli.Keys;

/// <summary>Keys for a terminal.</summary>
internal static class KeyTable
{
    public static IEnumerable<string> Lines(IReadOnlyList<ApiKey> keys, TimeProvider time)
    {
        var width = Math.Max("name".Length, keys.Select(key => key.Name.Length).DefaultIfEmpty().Max());
        yield return $"{"name".PadRight(width)}  created     expires               requests/min  tokens/min";
        foreach (var key in keys)
        {
            yield return string.Create(
                CultureInfo.InvariantCulture,
                $"{key.Name.PadRight(width)}  {key.Created.UtcDateTime:yyyy-MM-dd}  {Expiry(key, time),-20}  "
                    + $"{Limit(key.RequestsPerMinute),12}  {Limit(key.TokensPerMinute),10}");
        }
    }

    private static string Expiry(ApiKey key, TimeProvider time) => key.Expires switch
    {
        null => "never",
        { } end when end <= time.GetUtcNow() =>
            string.Create(CultureInfo.InvariantCulture, $"{end.UtcDateTime:yyyy-MM-dd} (expired)"),
        { } end => string.Create(CultureInfo.InvariantCulture, $"{end.UtcDateTime:yyyy-MM-dd}"),
    };

    private static string Limit(int? limit) => limit?.ToString(CultureInfo.InvariantCulture) ?? "no limit";
}
