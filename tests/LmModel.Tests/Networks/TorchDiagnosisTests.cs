using LmModel.Networks;

namespace LmModel.Tests.Networks;

/// <summary>Each machine on which libtorch does not load is told what is wrong with it, and what to do.</summary>
public class TorchDiagnosisTests
{
    private const string Bridge = "/app/runtimes/linux-x64/native/libLibTorchSharp.so";

    [Theory]
    [InlineData("linux-arm64", "built for linux-x64, win-x64, osx-arm64 only", "--platform linux/amd64")]
    [InlineData("linux-arm", "built for", "--platform linux/amd64")]
    [InlineData("win-arm64", "built for", "x64 machine")]
    [InlineData("win-x86", "built for", "64-bit process")]
    [InlineData("osx-x64", "built for", "arm64 build of .NET")]
    [InlineData("linux-musl-x64", "uses musl (Alpine)", "aspnet:10.0")]
    [InlineData("alpine.3.20-x64", "uses musl (Alpine)", "aspnet:10.0")]
    public void A_platform_without_libtorch_is_reported(string rid, string wrong, string remedy)
    {
        var message = TorchDiagnosis.Explain(new LoadAttempt { RuntimeIdentifier = rid, LoaderError = "any" });

        Assert.Contains($"({rid})", message);
        Assert.Contains(wrong, message);
        Assert.Contains(remedy, message);
    }

    [Theory]
    [InlineData(
        "linux-x64",
        "Unable to load shared library: /lib/libstdc++.so.6: version `GLIBCXX_3.4.32' not found (required by "
            + Bridge
            + ")",
        Bridge + " needs GLIBCXX_3.4.32, and /lib/libstdc++.so.6 only goes up to GLIBCXX_3.4.30.",
        "-p:RelaxGlibcxx=true")]
    [InlineData(
        "rhel.9-x64",
        "/lib64/libm.so.6: version `GLIBC_2.34' not found (required by " + Bridge + ")",
        "/lib64/libm.so.6 only goes up to GLIBC_2.31.",
        "Debian 12, Ubuntu 22.04, RHEL 9 or newer")]
    [InlineData(
        "linux-x64",
        "libstdc++.so.6: cannot open shared object file: No such file or directory",
        "needs libstdc++.so.6, which is missing",
        "apt-get install libstdc++6")]
    [InlineData(
        "linux-x64",
        "Unable to load: libtorch_cpu.so: cannot open shared object file: No such file or directory\n"
            + Bridge
            + "x: other",
        "needs libtorch_cpu.so, which is missing",
        "dotnet publish")]
    [InlineData(
        "linux-x64",
        "librt.so.1: cannot open shared object file: No such file or directory",
        "needs librt.so.1",
        "system package that holds librt.so.1")]
    [InlineData(
        "linux-x64",
        "/app/native/libc10.so: file too short",
        "/app/native/libc10.so is damaged (file too short)",
        "NuGet cache")]
    [InlineData(
        "linux-x64",
        "/app/native/libc10.so: failed to map segment from shared object",
        "refuses to run code",
        "noexec")]
    [InlineData(
        "linux-x64",
        "undefined symbol: _ZSomething",
        "does not load: undefined symbol: _ZSomething",
        "ldd " + Bridge)]
    [InlineData(
        "osx-arm64",
        "dlopen(...): Library not loaded: /opt/homebrew/opt/libomp/lib/libomp.dylib\n  Referenced from: <...>",
        "needs /opt/homebrew/opt/libomp/lib/libomp.dylib",
        "brew install libomp")]
    [InlineData(
        "win-x64",
        "Unable to load DLL 'LibTorchSharp' or one of its dependencies (0x8007007E)",
        "something that it needs does not",
        "vc_redist.x64.exe")]
    public void Messages_of_the_loader_are_translated(string rid, string loaderError, string wrong, string remedy)
    {
        var message = TorchDiagnosis.Explain(new LoadAttempt
        {
            RuntimeIdentifier = rid,
            Library = Bridge,
            LoaderError = loaderError,
            HighestVersion = (_, family) => family == "GLIBCXX" ? "GLIBCXX_3.4.30" : "GLIBC_2.31",
        });

        Assert.Contains(wrong, message);
        Assert.Contains(remedy, message);
    }

    [Fact]
    public void A_missing_bridge_is_reported_with_the_searched_folders_and_the_remedy()
    {
        var message = TorchDiagnosis.Explain(new LoadAttempt
        {
            RuntimeIdentifier = "debian.12-x64",
            SearchedFolders = ["/app", "/usr/share/dotnet"],
            LoaderError = "any",
        });

        Assert.Contains("none of the folders searched: /app, /usr/share/dotnet.", message);
        Assert.Contains("TorchSharp-cpu", message);
        Assert.Contains("-p:Torch=true", message);
        Assert.Contains("-p:LibTorchRid=linux-x64", message);
    }

    [Fact]
    public void The_highest_symbol_version_is_read_from_a_librarys_string_table()
    {
        var library = Path.GetTempFileName();
        try
        {
            File.WriteAllText(
                library,
                "\0GLIBCXX_3.4\0GLIBCXX_3.4.9\0GLIBCXX_3.4.30\0GLIBCXX_DEBUG_MESSAGE_LENGTH\0GLIBC_2.38\0");

            Assert.Equal("GLIBCXX_3.4.30", TorchDiagnosis.HighestVersionIn(library, "GLIBCXX"));
            Assert.Equal("GLIBC_2.38", TorchDiagnosis.HighestVersionIn(library, "GLIBC"));
            Assert.Null(TorchDiagnosis.HighestVersionIn(library, "CXXABI"));
            Assert.Null(TorchDiagnosis.HighestVersionIn(library + ".missing", "GLIBCXX"));
        }
        finally
        {
            File.Delete(library);
        }
    }
}
