using System.Globalization;
using System.Reflection;
using System.Text.Json;
using LmModel.Corpora;
using LmModel.Training.Planning;
using LmModel.Training.Settings;

namespace LmModel.Tests.Training.Settings;

public sealed class TrainingSettingTests
{
    private static readonly CorpusFacts English = new(1_000_000, 1_000_000, 65);

    public static TheoryData<string> Chosen =>
        [.. TrainingSetting.All.Where(s => s.Option is not null).Select(s => s.Name)];

    /// <summary>UPDATE_GOLDEN=1 writes the file again, after a setting was declared.</summary>
    [Fact]
    public void The_generated_choices_match_the_declared_settings() =>
        Golden.Matches("../src/LmModel/Training/Settings/TrainingChoices.Generated.cs", GeneratedChoices());

    [Fact]
    public void Every_settings_property_is_declared_or_describes_the_held_out_part() => Assert.Equal(
        ["HeldOutDocuments", "ValidationText"],
        typeof(TrainingSettings).GetProperties(BindingFlags.Public | BindingFlags.Instance).Select(p => p.Name)
            .Except(TrainingSetting.All.Select(s => s.Name)));

    [Fact]
    public void Names_and_options_are_unique_and_descriptions_end_with_a_full_stop()
    {
        Assert.Equal(TrainingSetting.All.Count, TrainingSetting.All.Select(s => s.Name).Distinct().Count());
        Assert.Equal(Chosen.Count, TrainingSetting.All.Select(s => s.Option).OfType<string>().Distinct().Count());
        Assert.All(TrainingSetting.All, s => Assert.EndsWith(".", s.Sentence));
    }

    [Fact]
    public void A_value_out_of_range_is_refused()
    {
        Assert.Empty(new TrainingSettings().Problems());
        Assert.Equal("must be from 0 to 0.95, not 1", Problem("WeightDrop", 1.0));
        Assert.Equal("must be from 0 to 0.95, not NaN", Problem("WeightDrop", double.NaN));
        Assert.Equal("must be from 1e-9 to 10, not 0", Problem("LearningRate", 0.0));
        Assert.Equal("must be at least 0 and below 1, not 1", Problem("Dropout", 1.0));
        Assert.Equal("must be from 1 to 2147483647, not 0", Problem("Steps", 0));
        Assert.Equal("must be from 0 to 9223372036854775807, not -1", Problem("Seed", -1L));
        Assert.Equal("must be cosine or one-cycle, not 7", Problem("Schedule", (Schedule)7));
        Assert.Equal("must be characters, bytes, bpe or words, not syllables", Problem("Tokenizer", "syllables"));
        Assert.Equal(
            ["weight drop must be from 0 to 0.95, not 1", "steps must be from 1 to 2147483647, not 0"],
            new TrainingSettings { WeightDrop = 1, Steps = 0 }.Problems());
    }

    [Fact]
    public void Values_are_named_as_on_the_command_line()
    {
        Assert.Equal("rnn_tanh|rnn_relu|gru|lstm", Named("Cell").Values);
        Assert.Equal("cosine|one-cycle", Named("Schedule").Values);
        Assert.Equal("fp32|bf16", Named("Arithmetic").Values);
        Assert.Equal("uniform|orthogonal|identity", Named("RecurrentInitialization").Values);
        Assert.Equal(
            ("1 to 4096", "0 to below 1", "at least 1", ""),
            (Named("BatchSize").Values, Named("Dropout").Values, Named("Steps").Values, Named("JitterWindows").Values));
        Assert.All(
            TrainingSetting.All.SelectMany(s => s.Names.Select(name => (Setting: s, Name: name))),
            n => Assert.Equal(n.Name, TrainingSetting.Write(n.Setting.ValueOf(n.Name)!)));
    }

    [Fact]
    public void A_default_is_the_initial_value_unless_it_is_described_in_words() => Assert.Equal(
        ("0.5", "cosine", "off", "1", "planned", "lstm"),
        (Named("GradientClip").Default, Named("Schedule").Default, Named("JitterWindows").Default,
         Named("Seed").Default, Named("Steps").Default, Named("Cell").Default));

    [Theory]
    [MemberData(nameof(Chosen))]
    public void A_plan_respects_given_choices(string name)
    {
        var setting = Named(name);
        var planned = TrainingPlan.Make(English, new TrainingChoices { Steps = 500 }, time: null).Choices;
        var other = Other(setting, setting.Of(planned));
        var chosen = new TrainingChoices { Tokenizer = "bpe", Vocabulary = 500, Steps = 500 }.With([(setting, other)]);

        Assert.Equal(other, setting.Of(TrainingPlan.Make(English, chosen, time: null).Choices));
        Assert.Equal(other, setting.Of(chosen.Or(planned)));
        Assert.Equal(setting.Of(planned), setting.Of(new TrainingChoices().Or(planned)));
    }

    [Fact]
    public void The_choices_of_a_plan_reproduce_it_without_a_time()
    {
        var timed = TrainingPlan.Make(English, new TrainingChoices(), new TrainingTime(20, 1e11));
        var again = TrainingPlan.Make(English, timed.Choices, time: null);

        Assert.Equal((timed.Network, timed.Settings), (again.Network, again.Settings));
    }

    /// <summary>The names of a checkpoint's settings: trainings that were begun earlier must still resume.</summary>
    [Fact]
    public void Settings_are_stored_under_their_property_names()
    {
        const string Stored = """
            {"BatchSize":4,"WindowLength":16,"Steps":24,"LearningRate":0.01,"WarmupSteps":3,
             "FinalLearningRateShare":0.5,"Schedule":1,"Cycles":2,"WeightDecay":0.02,"GradientClip":0.25,
             "StateResetProbability":0.2,"JitterWindows":true,"InputDropout":0.1,
             "EmbeddingDropout":0.15,"WeightDrop":0.2,"RecurrentInitialization":2,"AverageDecay":0.9,
             "SampledTokens":15,"Patience":6,"Arithmetic":1,"ValidationShare":0.25,"HeldOutDocuments":["a.txt"],
             "ValidationText":"b.txt","ValidateEvery":7,"Seed":9}
            """;
        var expected = JsonSerializer.Deserialize<SortedDictionary<string, JsonElement>>(Stored)!;
        var settings = JsonSerializer.Deserialize<TrainingSettings>(Stored)!;
        var actual = JsonSerializer.Deserialize<SortedDictionary<string, JsonElement>>(
            JsonSerializer.Serialize(settings))!;

        Assert.All(expected, e => Assert.Equal(e.Value.GetRawText(), actual[e.Key].GetRawText()));
    }

    private static TrainingSetting Named(string name) => TrainingSetting.All.Single(s => s.Name == name);

    private static string? Problem(string name, object value) => Named(name).Problem(value);

    /// <summary>A valid value that is not the planned one.</summary>
    private static object Other(TrainingSetting setting, object? planned)
    {
        object[] candidates = setting.Type == typeof(bool) ? [true, false]
            : setting.Names.Count > 0 ? [.. setting.Names.Select(name => setting.ValueOf(name)!)]
            : [.. new[] { 0.3, 7, 300 }.Where(n => setting.Type == typeof(double) || n >= 1)
                .Select(n => Convert.ChangeType(n, setting.Type, CultureInfo.InvariantCulture))];
        return candidates.First(value => !value.Equals(planned) && setting.Problem(value) is null
            && (setting.Name != "Vocabulary" || value.Equals(300)));
    }

    private static string GeneratedChoices()
    {
        var properties = TrainingSetting.All.Where(s => s.Option is not null)
            .Where(s => typeof(TrainingSettings).GetProperty(s.Name) is not null)
            .Select(s => $$"""
                    /// <inheritdoc cref="TrainingSettings.{{s.Name}}"/>
                    public {{TypeName(s.Type)}}? {{s.Name}} { get; init; }

                """);
        return $$"""
            // <auto-generated>TrainingSettingTests writes this: UPDATE_GOLDEN=1.</auto-generated>
            #nullable enable
            namespace LmModel.Training.Settings;

            public sealed partial record TrainingChoices
            {
            {{string.Join('\n', properties)}}}

            """;
    }

    private static string TypeName(Type type) => type == typeof(int) ? "int"
        : type == typeof(long) ? "long"
        : type == typeof(double) ? "double"
        : type == typeof(bool) ? "bool"
        : type.Name;
}
