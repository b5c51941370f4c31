using System.Reflection;
using LmApi.Models;
using LmApi.Tests.Support;

namespace LmApi.Tests.Infrastructure;

public sealed class ArchitectureTests
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
    public void The_library_does_not_depend_on_the_api()
    {
        var library = Assembly.Load("LmModel");
        Assert.DoesNotContain("LmApi", library.GetReferencedAssemblies().Select(name => name.Name));
        Assert.DoesNotContain(
            library.GetReferencedAssemblies(),
            name => name.Name!.StartsWith("Microsoft.AspNetCore", StringComparison.Ordinal));
    }

    [Fact]
    public void Folders_depend_only_on_those_below_them()
    {
        var order = new FolderOrder("src/LmApi",
        [
            "Infrastructure.Json", "Infrastructure.Problems", "Infrastructure.Bodies", "Infrastructure.Fields",
            "Infrastructure", "Access", "Infrastructure.OpenApi", "Observability", "Models", "Health", "Generation",
            "Scoring", "Completion", "Explanation", "Units", "Page",
            "OpenAi", "OpenAi.Completions", "OpenAi.Chat", "OpenAi.Responses", "Ollama", "Tgi", "",
        ]);

        Assert.Empty(order.Missing());
        Assert.Empty(order.Violations());
    }
}
