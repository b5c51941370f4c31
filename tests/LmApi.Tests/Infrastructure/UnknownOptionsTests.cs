using LmApi.Infrastructure;
using LmApi.Tests.Support;
using Microsoft.Extensions.Configuration;
using Serilog.Events;

namespace LmApi.Tests.Infrastructure;

public sealed class UnknownOptionsTests
{
    [Theory]
    [InlineData("Generation:MaxToken", "Generation:MaxTokens")]
    [InlineData("generation:max_tokens", "Generation:MaxTokens")]
    [InlineData("Generatoin:MaxTokens", "Generation:MaxTokens")]
    [InlineData("Generation_MaxTokens", "Generation:MaxTokens")]
    [InlineData("GENERATION_MAX_TOKENS", "Generation:MaxTokens")]
    [InlineData("Generation.MaxTokens", "Generation:MaxTokens")]
    [InlineData("Generation:BatchSize", "Inference:BatchSize")]
    [InlineData("Model:Pth", "Model:Path")]
    [InlineData("Inference:Thread", "Inference:Threads")]
    [InlineData("Loging:Format", "Logging:Format")]
    [InlineData("Shutdown:DrainSecond", "Shutdown:DrainSeconds")]
    [InlineData("Logging:LogLevel:Default", null)]
    [InlineData("Generation:Colour", null)]
    public void An_unknown_key_is_found_with_the_nearest_option(string key, string? meant) =>
        Assert.Equal((key, meant), Assert.Single(UnknownOptions.In(With(key))));

    [Theory]
    [InlineData("Generation:MaxTokens")]
    [InlineData("GENERATION:MAXTOKENS")]
    [InlineData("Inference:Precision")]
    [InlineData("Serilog:MinimumLevel:Override:Microsoft")]
    [InlineData("Kestrel:Endpoints:Http:Url")]
    [InlineData("urls")]
    [InlineData("MODEL")]
    [InlineData("PATH")]
    [InlineData("HOME")]
    [InlineData("MODEL_NAME")]
    [InlineData("NPM:CONFIG")]
    public void Known_options_and_those_of_others_are_not_reported(string key) =>
        Assert.Empty(UnknownOptions.In(With(key)));

    [Fact]
    public async Task The_startup_log_names_the_unknown_key_and_the_nearest_option()
    {
        await using var service = await LmServiceFixture.StartAsync(new() { ["Generation:MaxToken"] = "5" });
        var line = await service.Logs.WaitForAsync(
            "The unknown option Generation:MaxToken is ignored; did you mean Generation:MaxTokens?");
        Assert.Equal(LogEventLevel.Warning, line.Level);
    }

    [Fact]
    public async Task A_correctly_configured_service_starts_without_a_warning()
    {
        await using var service = await LmServiceFixture.StartAsync();
        Assert.DoesNotContain(service.Logs.Events, e => e.Level >= LogEventLevel.Warning);
    }

    private static IConfiguration With(string key) =>
        new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?> { [key] = "5" }).Build();
}
