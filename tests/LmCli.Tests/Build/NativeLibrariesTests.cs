using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace LmCli.Tests.Build;

/// <summary>What build/LibTorch.targets leaves in an output, seen in this test project's own.</summary>
public partial class NativeLibrariesTests
{
    private static readonly string Output = AppContext.BaseDirectory;

    [Fact]
    public void The_output_contains_native_libraries_of_this_platform_only()
    {
        var os = OperatingSystem.IsWindows() ? "win" : OperatingSystem.IsMacOS() ? "osx" : "linux";
        var architecture = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? "arm64" : "x64";

        Assert.All(Natives(), native => Assert.Contains(
            Path.GetRelativePath(Output, native.FullName).Split(Path.DirectorySeparatorChar)[1],
            new[] { $"{os}-{architecture}", os, "unix" }));
    }

    [Fact]
    public void The_output_contains_no_unused_native_libraries() =>
        Assert.DoesNotContain(Natives(), native => NeverLoaded().IsMatch(native.Name));

    [Fact]
    public void On_linux_the_output_contains_the_loaded_native_libraries()
    {
        Assert.SkipUnless(RuntimeInformation.RuntimeIdentifier == "linux-x64", "The names are those of Linux.");

        Assert.Equal(
            [
                "libHarfBuzzSharp.so",
                "libLibTorchSharp.so",
                "libSkiaSharp.so",
                "libc10.so",
                "libgomp",
                "libtorch.so",
                "libtorch_cpu.so",
            ],
            Natives().Select(native => native.Name.Split('-')[0]).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void The_output_links_to_native_libraries_instead_of_copying_them()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "A hard link cannot be told from a copy.");

        Assert.True(Natives().Where(native => native.LinkTarget is null).Sum(native => native.Length) < 1_000_000);
    }

    [Fact]
    public void The_dependency_manifest_lists_exactly_the_present_native_libraries()
    {
        using var manifest = JsonDocument.Parse(File.ReadAllText(Path.Combine(Output, "LmCli.Tests.deps.json")));
        var named = manifest.RootElement.GetProperty("targets").EnumerateObject()
            .SelectMany(target => target.Value.EnumerateObject())
            .Where(library => library.Value.TryGetProperty("runtimeTargets", out _))
            .SelectMany(library => library.Value.GetProperty("runtimeTargets").EnumerateObject())
            .Where(asset => asset.Value.GetProperty("assetType").GetString() == "native")
            .Select(asset => Path.GetFullPath(asset.Name, Output));

        Assert.Equal(
            Natives().Select(native => native.FullName).Order(StringComparer.Ordinal),
            named.Order(StringComparer.Ordinal));
    }

    private static FileInfo[] Natives()
    {
        var runtimes = new DirectoryInfo(Path.Combine(Output, "runtimes"));
        Assert.True(runtimes.Exists, "This project is built without a RuntimeIdentifier.");
        return [.. runtimes.GetFiles("*", SearchOption.AllDirectories).Where(file => file.Directory!.Name == "native")];
    }

    [GeneratedRegex("python|nnapi|backend_with_compiler|aoti|shm|global_deps|_test|iompstubs")]
    private static partial Regex NeverLoaded();
}
