using System.Reflection;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.RegularExpressions;

namespace LmModel.Networks;

/// <summary>What is known about an attempt to load libtorch that failed.</summary>
internal sealed record LoadAttempt
{
    /// <summary>As .NET writes it: linux-x64, linux-musl-x64, win-arm64.</summary>
    public required string RuntimeIdentifier { get; init; }

    /// <summary>Where TorchSharp's bridge was found; null if nowhere.</summary>
    public string? Library { get; init; }

    public IReadOnlyList<string> SearchedFolders { get; init; } = [];

    /// <summary>What the system's loader said.</summary>
    public required string LoaderError { get; init; }

    /// <summary>
    /// The highest GLIBCXX or GLIBC version that the library at a path provides; null if it cannot be determined.
    /// </summary>
    public Func<string, string, string?> HighestVersion { get; init; } = (_, _) => null;

    /// <summary>Looks at this machine after a failure.</summary>
    public static LoadAttempt Observe(Assembly torchSharp, Exception failure)
    {
        var folders = SearchFolders(torchSharp);
        var library = folders
            .Select(folder => Path.Combine(folder, TorchDiagnosis.BridgeName))
            .FirstOrDefault(File.Exists);
        return new LoadAttempt
        {
            RuntimeIdentifier = RuntimeInformation.RuntimeIdentifier,
            Library = library,
            SearchedFolders = folders,
            LoaderError = library is null ? failure.Message : ErrorOf(library) ?? failure.Message,
            HighestVersion = TorchDiagnosis.HighestVersionIn,
        };
    }

    private static List<string> SearchFolders(Assembly torchSharp)
    {
        var probed = AppContext.GetData("NATIVE_DLL_SEARCH_DIRECTORIES") as string ?? "";
        return probed
            .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Append(AppContext.BaseDirectory)
            .Append(Path.GetDirectoryName(torchSharp.Location) ?? "")
            .Where(folder => folder.Length > 0)
            .Select(Path.TrimEndingDirectorySeparator)
            .Distinct()
            .ToList();
    }

    // With a full path the loader reports the faulty dependency; with a name it lists every place that it has tried.
    private static string? ErrorOf(string library)
    {
        try
        {
            NativeLibrary.Load(library);
            return null;
        }
        catch (Exception e) when (e is DllNotFoundException or BadImageFormatException)
        {
            return e.Message;
        }
    }
}

/// <summary>
/// Turns a failed attempt to load libtorch into a sentence about this machine and one about what to do.
/// </summary>
internal static partial class TorchDiagnosis
{
    private static readonly string[] Platforms = ["linux-x64", "win-x64", "osx-arm64"];

    public static string BridgeName =>
        OperatingSystem.IsWindows() ? "LibTorchSharp.dll"
        : OperatingSystem.IsMacOS() ? "libLibTorchSharp.dylib"
        : "libLibTorchSharp.so";

    public static string Explain(LoadAttempt attempt)
    {
        var (wrong, remedy) = Diagnose(attempt);
        return $"libtorch cannot be loaded on this machine ({attempt.RuntimeIdentifier}). {wrong} {remedy}";
    }

    /// <summary>The highest version of a family (GLIBCXX, GLIBC) among the symbol versions a library defines.</summary>
    public static string? HighestVersionIn(string library, string family)
    {
        if (!File.Exists(library))
        {
            return null;
        }

        // Version names are null-terminated in the string table; Latin-1 preserves every byte.
        var text = Encoding.Latin1.GetString(File.ReadAllBytes(library));
        return Regex.Matches(text, $@"(?<=\0){Regex.Escape(family)}_(\d+(?:\.\d+)+)(?=\0)")
            .Select(match => Version.Parse(match.Groups[1].Value))
            .DefaultIfEmpty()
            .Max() is { } highest
            ? $"{family}_{highest}"
            : null;
    }

    private static (string Wrong, string Remedy) Diagnose(LoadAttempt attempt)
    {
        var rid = attempt.RuntimeIdentifier;
        if (rid.Contains("musl", StringComparison.Ordinal) || rid.StartsWith("alpine", StringComparison.Ordinal))
        {
            return (
                "It needs glibc, and this Linux uses musl (Alpine).",
                "Run on a glibc distribution; among container images those without 'alpine' in their tag, such as "
                    + "mcr.microsoft.com/dotnet/aspnet:10.0.");
        }

        if (UnsupportedArchitecture(rid))
        {
            return (
                $"It is built for {string.Join(", ", Platforms)} only.",
                rid.StartsWith("osx", StringComparison.Ordinal) ? "On Apple silicon, use the arm64 build of .NET."
                : rid.StartsWith("win", StringComparison.Ordinal) ? "Run as a 64-bit process on an x64 machine."
                : "Run on one of these, or in a container for linux/amd64 (docker run --platform linux/amd64).");
        }

        if (attempt.Library is not { } library)
        {
            return (
                $"{BridgeName} is in none of the folders searched: {string.Join(", ", attempt.SearchedFolders)}.",
                "The package TorchSharp-cpu brings it; the service includes it when it is built with -p:Torch=true. "
                + $"To publish for this platform on another one, add -p:LibTorchRid={Portable(rid)}.");
        }

        return DiagnoseLoaderError(attempt, library);
    }

    private static (string Wrong, string Remedy) DiagnoseLoaderError(LoadAttempt attempt, string library)
    {
        var error = attempt.LoaderError;
        if (MissingVersion().Match(error) is { Success: true } version)
        {
            return DiagnoseVersion(attempt, version);
        }

        if (MissingDependency().Match(error) is { Success: true } missing)
        {
            return DiagnoseDependency(missing.Groups["name"].Value, library);
        }

        if (MissingOnMac().Match(error) is { Success: true } onMac)
        {
            return DiagnoseDependency(onMac.Groups["name"].Value, library);
        }

        if (Damaged().Match(error) is { Success: true } damaged)
        {
            return (
                $"{damaged.Groups["path"].Value} is damaged ({damaged.Groups["why"].Value}).",
                "Delete the packages libtorch-cpu-* and torchsharp from the NuGet cache, restore and build again.");
        }

        if (error.Contains("failed to map segment", StringComparison.Ordinal))
        {
            return (
                $"The system refuses to run code from {library} (failed to map segment).",
                "The file system is mounted noexec, or memory is short: move the output, or give the process "
                    + "at least 1 GB.");
        }

        if (attempt.RuntimeIdentifier.StartsWith("win", StringComparison.Ordinal))
        {
            return (
                $"{library} exists, but something that it needs does not: {FirstLine(error)}",
                "Most often that is the Visual C++ runtime: install https://aka.ms/vs/17/release/vc_redist.x64.exe.");
        }

        return (
            $"{library} exists, but does not load: {error.Trim()}",
            $"`ldd {library}` shows what is missing.");
    }

    private static (string Wrong, string Remedy) DiagnoseVersion(LoadAttempt attempt, Match match)
    {
        var (provider, needed, by) =
            (match.Groups["provider"].Value, match.Groups["version"].Value, match.Groups["by"].Value);
        var family = needed.Split('_')[0];
        var highest = attempt.HighestVersion(provider, family);
        var wrong = $"{by} needs {needed}, and {provider} "
            + (highest is null ? "does not have it." : $"only goes up to {highest}.");
        return family == "GLIBC"
            ? (wrong, "The C library comes with the system: use Debian 12, Ubuntu 22.04, RHEL 9 or newer.")
            : (wrong,
                "Build on this machine, or build with -p:RelaxGlibcxx=true for Debian 12, Ubuntu 22.04 and RHEL 9, "
                    + "or install a newer libstdc++ (GCC 13.2 has GLIBCXX_3.4.32).");
    }

    private static (string Wrong, string Remedy) DiagnoseDependency(string name, string library)
    {
        var file = Path.GetFileName(name);
        var wrong = $"{library} needs {name}, which is missing.";
        if (file.StartsWith("libstdc++", StringComparison.Ordinal)
            || file.StartsWith("libgcc_s", StringComparison.Ordinal))
        {
            return (wrong, "Install it: apt-get install libstdc++6, or dnf install libstdc++.");
        }

        if (file == "libomp.dylib")
        {
            return (wrong, "Install it: brew install libomp.");
        }

        return
            file.StartsWith("libtorch", StringComparison.Ordinal)
            || file.StartsWith("libc10", StringComparison.Ordinal)
            || file.StartsWith("libgomp", StringComparison.Ordinal)
            ? (wrong, "The output is incomplete, or its links lead to a NuGet cache that no longer exists: "
                + "restore and build "
                + "again; to run elsewhere, copy the output of `dotnet publish`.")
            : (wrong, $"Install the system package that holds {file}.");
    }

    private static bool UnsupportedArchitecture(string rid)
    {
        var architecture = rid[(rid.LastIndexOf('-') + 1)..];
        return architecture != (rid.StartsWith("osx", StringComparison.Ordinal) ? "arm64" : "x64");
    }

    // A distribution's own .NET calls itself after it (rhel.9-x64).
    private static string Portable(string rid) =>
        rid.StartsWith("win", StringComparison.Ordinal) ? "win-x64"
        : rid.StartsWith("osx", StringComparison.Ordinal) ? "osx-arm64"
        : "linux-x64";

    private static string FirstLine(string text) => text.Trim().Split('\n')[0].TrimEnd();

    [GeneratedRegex(@"(?<provider>/\S+): version [`'](?<version>\w+_[\d.]+)' not found \(required by (?<by>[^)]+)\)")]
    private static partial Regex MissingVersion();

    [GeneratedRegex(@"(?<name>[^\s:/]+\.so[\d.]*): cannot open shared object file: No such file")]
    private static partial Regex MissingDependency();

    [GeneratedRegex(@"Library not loaded: (?<name>\S+)")]
    private static partial Regex MissingOnMac();

    [GeneratedRegex(@"(?<path>/\S+): (?<why>file too short|invalid ELF header|ELF file's phentsize[^\r\n]*)")]
    private static partial Regex Damaged();
}
