using System.Reflection;
using LmApi.Models;

namespace LmApi.Tests.Infrastructure;

public sealed class ArchitectureTests
{
    [Fact]
    public void The_api_never_mentions_a_tensor()
    {
        var references = typeof(ModelHost).Assembly.GetReferencedAssemblies().Select(name => name.Name);
        Assert.DoesNotContain("TorchSharp", references);
    }

    [Fact]
    public void Nothing_of_the_library_knows_the_api()
    {
        var library = Assembly.Load("LmModel");
        Assert.DoesNotContain("LmApi", library.GetReferencedAssemblies().Select(name => name.Name));
        Assert.DoesNotContain(library.GetReferencedAssemblies(), name => name.Name!.StartsWith("Microsoft.AspNetCore", StringComparison.Ordinal));
    }
}
