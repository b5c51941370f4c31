using ArchUnitNET.Fluent;
using ArchUnitNET.Loader;
using LmModel.Networks;
using static ArchUnitNET.Fluent.ArchRuleDefinition;

namespace LmModel.Tests.Dependencies;

/// <summary>The arrows of docs/architecture.md that must not exist, read from the compiled code.</summary>
public sealed class DependencyTests
{
    private static readonly ArchUnitNET.Domain.Architecture Code =
        new ArchLoader().LoadAssemblies(typeof(ModelConfig).Assembly, typeof(TorchSharp.torch).Assembly).Build();

    [Theory]
    [InlineData("Files", "Tokenization|Networks|Checkpoints|Training|Evaluation|Inference|Sampling")]
    [InlineData("Tokenization", "Networks|Checkpoints|Training|Evaluation|Inference|Sampling")]
    [InlineData("Sampling", "Networks|Checkpoints|Training|Evaluation|Inference|Tokenization")]
    [InlineData("Inference", "Training|Evaluation|Checkpoints")]
    [InlineData("Networks", "Training|Evaluation|Checkpoints|Inference|Sampling|Tokenization")]
    [InlineData("Checkpoints", "Training|Evaluation|Inference|Sampling")]
    [InlineData("Evaluation", "Training|Checkpoints")]
    [InlineData(
        @"Training\.Settings",
        @"Training\.(Regularization|Batches|Backpropagation|Optimization|Planning|Checkpoints|Reporting)")]
    [InlineData(
        @"Training\.Batches", @"Training\.(Backpropagation|Optimization|Planning|Checkpoints|Reporting)")]
    [InlineData(@"Training\.Planning", @"Training\.(Optimization|Checkpoints|Reporting)")]
    public void A_folder_knows_nothing_of(string folder, string others) =>
        AssertHolds(In($"LmModel\\.{folder}").Should().NotDependOnAny(In($"LmModel\\.({others})")));

    [Theory]
    [InlineData("Files")]
    [InlineData("Tokenization")]
    [InlineData("Sampling")]
    [InlineData("Checkpoints")]
    public void A_folder_needs_no_libtorch(string folder) =>
        AssertHolds(In($"LmModel\\.{folder}").Should().NotDependOnAny(In("TorchSharp")));

    [Fact]
    public void Only_the_torch_step_model_brings_libtorch_into_decoding() =>
        AssertHolds(Types().That().ResideInNamespaceMatching("^LmModel\\.Inference$")
            .And().DoNotHaveNameMatching("^Torch").And().DoNotHaveFullNameContaining("LmModel.Inference.Torch")
            .Should().NotDependOnAny(In("TorchSharp")));

    /// <summary>A rule that could not fail would hold nothing: libtorch is seen where it is used.</summary>
    [Fact]
    public void The_rules_see_what_they_look_for() =>
        Assert.False(In("LmModel\\.Networks").Should().NotDependOnAny(In("TorchSharp")).HasNoViolations(Code));

    private static ArchUnitNET.Fluent.Syntax.Elements.Types.GivenTypesConjunction In(string folder) =>
        Types().That().ResideInNamespaceMatching($"^{folder}(\\.|$)");

    private static void AssertHolds(IArchRule rule) =>
        Assert.Empty(rule.Evaluate(Code).Where(r => !r.Passed).Select(r => r.Description));
}
