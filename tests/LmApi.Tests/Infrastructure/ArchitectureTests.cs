using System.Reflection;
using System.Text.RegularExpressions;
using LmApi.Models;
using LmApi.Tests.Support;

namespace LmApi.Tests.Infrastructure;

public sealed partial class ArchitectureTests
{
    [Fact]
    public void The_api_never_mentions_a_tensor()
    {
        var references = typeof(ModelHost).Assembly.GetReferencedAssemblies().Select(name => name.Name);
        Assert.DoesNotContain("TorchSharp", references);
    }

    /// <summary>Managed code only: the same output runs on x64 and on arm64.</summary>
    [Fact]
    public void The_service_is_built_without_native_libraries()
    {
        var files = Directory.GetFiles(ServiceProcess.ProgramFolder, "*", SearchOption.AllDirectories);
        Assert.DoesNotContain(files, file => Path.GetFileName(Path.GetDirectoryName(file)) == "native");
        var manifest = File.ReadAllText(Path.Combine(ServiceProcess.ProgramFolder, "LmApi.deps.json"));
        Assert.DoesNotContain("libtorch", manifest, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("\"native\"", manifest, StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_of_the_library_knows_the_api()
    {
        var library = Assembly.Load("LmModel");
        Assert.DoesNotContain("LmApi", library.GetReferencedAssemblies().Select(name => name.Name));
        Assert.DoesNotContain(
            library.GetReferencedAssemblies(),
            name => name.Name!.StartsWith("Microsoft.AspNetCore", StringComparison.Ordinal));
    }

    [Fact]
    public void What_features_share_knows_no_feature() =>
        Assert.Equal(["Infrastructure"], NamespacesOf("Infrastructure"));

    [Fact]
    public void Features_know_each_other_one_way()
    {
        // Each may use those after it.
        string[] order = ["Generation", "Health", "Models", "Observability", "Infrastructure"];
        for (var i = 0; i < order.Length; i++)
        {
            Assert.Subset(order[i..].ToHashSet(), NamespacesOf(order[i]).ToHashSet());
        }
    }

    /// <summary>The features that the sources of a feature name in a <c>using</c> or in full.</summary>
    private static IEnumerable<string> NamespacesOf(string feature) =>
        Directory.GetFiles(Path.Combine(Repository.Root, "src/LmApi", feature), "*.cs", SearchOption.AllDirectories)
            .SelectMany(file => LmApiNamespace().Matches(File.ReadAllText(file)))
            .Select(match => match.Groups[1].Value)
            .Distinct();

    [GeneratedRegex(@"\bLmApi\.(\w+)")]
    private static partial Regex LmApiNamespace();
}
