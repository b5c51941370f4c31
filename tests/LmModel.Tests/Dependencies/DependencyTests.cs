using System.Text.RegularExpressions;
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

    private static readonly FolderOrder Order = new("src/LmModel",
    [
        "Files", "Numerics", "Networks", "Quantization", "Units", "Audits", "Tokenization", "Noise",
        "Guard", "Sampling", "Chat",
        "Inference", "Inference.Managed", "Inference.Torch", "Inference.Engines", "Checkpoints", "Keys", "Corpora",
        "Guard.Making", "Generation", "Guard.Measurement", "Scoring", "Completion", "Explanation", "Units.Activations",
        "Evaluation", "Evaluation.Leaks", "Evaluation.Ngrams", "Evaluation.Comparison", "Evaluation.Samples",
        "Completion.Measurement", "Explanation.Measurement",
        "Quantization.Measurement", "Units.Search", "Audits.Measures", "Audits.Measures.Robustness",
        "Audits.Running", "Training.Settings", "Training.Regularization",
        "Training.Backpropagation", "Training.Batches", "Training.Optimization", "Training.Planning",
        "Training.Checkpoints", "Training.Reporting", "Training", "",
    ]);

    public static TheoryData<string> Folders => [.. Order.Folders.Where(folder => folder.Length > 0)];

    [Fact]
    public void Every_folder_is_listed_in_the_order() => Assert.Empty(Order.Missing());

    [Theory]
    [MemberData(nameof(Folders))]
    public void A_folder_does_not_depend_on_those_above_it(string folder)
    {
        var above = Order.Folders.SkipWhile(f => f != folder).Skip(1).Where(f => f.Length > 0).ToList();
        foreach (var other in above)
        {
            AssertHolds(Exactly(folder).Should().NotDependOnAny(Exactly(other)).WithoutRequiringPositiveResults());
        }
    }

    [Theory]
    [InlineData("Files")]
    [InlineData("Tokenization")]
    [InlineData("Sampling")]
    [InlineData("Checkpoints")]
    public void A_folder_does_not_depend_on_libtorch(string folder) =>
        AssertHolds(In($"LmModel\\.{folder}").Should().NotDependOnAny(In("TorchSharp")));

    [Fact]
    public void Only_the_torch_step_model_uses_libtorch_in_decoding() =>
        AssertHolds(Types().That().ResideInNamespaceMatching("^LmModel\\.Inference$")
            .And().DoNotHaveNameMatching("^Torch").And().DoNotHaveFullNameContaining("LmModel.Inference.Torch")
            .Should().NotDependOnAny(In("TorchSharp")));

    /// <summary>A rule that could not fail would hold nothing: libtorch is seen where it is used.</summary>
    [Fact]
    public void The_dependency_rules_detect_a_violation() =>
        Assert.False(In("LmModel\\.Networks").Should().NotDependOnAny(In("TorchSharp")).HasNoViolations(Code));

    private static ArchUnitNET.Fluent.Syntax.Elements.Types.GivenTypesConjunction Exactly(string folder) =>
        Types().That().ResideInNamespaceMatching($"^LmModel\\.{Regex.Escape(folder)}$");

    private static ArchUnitNET.Fluent.Syntax.Elements.Types.GivenTypesConjunction In(string folder) =>
        Types().That().ResideInNamespaceMatching($"^{folder}(\\.|$)");

    private static void AssertHolds(IArchRule rule) =>
        Assert.Empty(rule.Evaluate(Code).Where(r => !r.Passed).Select(r => r.Description));
}
