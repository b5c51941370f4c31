using System.Globalization;
using LmApi.Generation;
using LmApi.Infrastructure;
using LmApi.Infrastructure.Bodies;
using LmApi.Infrastructure.Problems;
using LmApi.Models;
using LmModel.Generation;

namespace LmApi.OpenAi;

/// <summary>What OpenAI's endpoints share.</summary>
internal static class OpenAiSetup
{
    public const string Tag = "OpenAI";

    /// <summary>As <c>POST /generate</c> has it.</summary>
    public const string SeedHeader = "Generation-Seed";

    public const string SeedDescription = "The seed that was used for the first choice.";

    public static void AddOpenAi(this WebApplicationBuilder builder) =>
        builder.Services.AddSingleton<ProblemFormat, OpenAiProblems>();

    /// <summary>Starts the generations of an answer and says which seed the first one has.</summary>
    /// <exception cref="ProblemException">429 or 503.</exception>
    public static Choices Start(
        HttpContext http, ModelHost host, Chance chance, string prefix, IReadOnlyList<GenerationSettings> settings,
        HttpLimits limits)
    {
        var choices = Choices.Start(
            chance.NextId(prefix), host, settings, limits.RetryAfterSeconds, http.RequestAborted);
        http.Response.Headers[SeedHeader] = settings[0].Seed.ToString(CultureInfo.InvariantCulture);
        return choices;
    }
}
