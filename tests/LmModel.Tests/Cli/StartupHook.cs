using System.Diagnostics.CodeAnalysis;
using System.Globalization;

/// <summary>Runs in the command before its Main, where <c>DOTNET_STARTUP_HOOKS</c> names this assembly.</summary>
[SuppressMessage("Design", "CA1050", Justification = "The runtime looks for this name.")]
internal static class StartupHook
{
    /// <summary>Makes a decimal comma of every point, as a German, Turkish or Persian environment does.</summary>
    public static void Initialize()
    {
        var culture = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        culture.NumberFormat.NumberDecimalSeparator = culture.NumberFormat.PercentDecimalSeparator = ",";
        culture.NumberFormat.NumberGroupSeparator = culture.NumberFormat.PercentGroupSeparator = ".";
        culture.NumberFormat.NegativeSign = "\u2212";
        culture.NumberFormat.PercentSymbol = "\u066a";
        CultureInfo.CurrentCulture = CultureInfo.CurrentUICulture = culture;
        CultureInfo.DefaultThreadCurrentCulture = CultureInfo.DefaultThreadCurrentUICulture = culture;
    }
}
