using System.Diagnostics.CodeAnalysis;
using System.Globalization;

/// <summary>Runs in the command before its Main, where <c>DOTNET_STARTUP_HOOKS</c> names this assembly.</summary>
[SuppressMessage("Design", "CA1050", Justification = "The runtime looks for this name.")]
internal static class StartupHook
{
    /// <summary>Environment variable: 1 lets a thread of its own fail, once the command reads its words.</summary>
    public const string FailVariable = "LM_TESTS_FAIL_ON_A_THREAD";

    public static void Initialize()
    {
        UseForeignNumbers();
        if (Environment.GetEnvironmentVariable(FailVariable) == "1")
        {
            AppDomain.CurrentDomain.AssemblyLoad += (_, e) =>
            {
                if (e.LoadedAssembly.GetName().Name == "System.Text.RegularExpressions")
                {
                    new Thread(() => throw new InvalidOperationException("On purpose.")).Start();
                }
            };
        }
    }

    /// <summary>Makes a decimal comma of every point, as a German, Turkish or Persian environment does.</summary>
    private static void UseForeignNumbers()
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
