using LmApi.Tests.Support;
using LmModel.Tokenization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace LmApi.Tests.Clients;

/// <summary>
/// The services that other people's clients are tried with, each on a port and with the system's clock: one that
/// answers, one that is full, and one that stops after some tokens.
/// </summary>
internal sealed class ClientServices : IAsyncDisposable
{
    private ClientServices(LmServiceFixture open, LmServiceFixture full, LmServiceFixture held) =>
        (Open, Full, Held) = (open, full, held);

    public LmServiceFixture Open { get; }

    public LmServiceFixture Full { get; }

    public LmServiceFixture Held { get; }

    public static async Task<ClientServices> StartAsync()
    {
        var services = new ClientServices(
            await StartOneAsync(),
            await StartOneAsync(new() { ["Inference:BatchSize"] = "1", ["Generation:MaxWaiting"] = "0" }),
            await StartOneAsync());
        // One text that never ends takes the only place.
        services.Full.Model.Gate.Close();
        Assert.NotNull(services.Full.Host.TryStart(new() { PromptTokens = [1], MaxTokens = 1, Seed = 0 }, default));
        services.Held.Model.Gate.Allow(8);
        return services;
    }

    public static Uri AddressOf(LmServiceFixture service) => service.ClientOptions.BaseAddress;

    /// <summary>
    /// The client has left in the middle of its text: the service has noticed, and has ended the text.
    /// </summary>
    public async Task AssertTheClientLeftAsync()
    {
        await Held.Aborts.NextAsync();
        Held.Model.Gate.Open();
        await Held.Logs.WaitForAsync("left after");
        await Held.StreamAsync(new { prompt = "a", max_tokens = 1 });
        Assert.Equal((0, 0), (Held.Host.Model.Engine.Active, Held.Host.Model.Engine.Waiting));
    }

    public async ValueTask DisposeAsync()
    {
        await Open.DisposeAsync();
        await Full.DisposeAsync();
        await Held.DisposeAsync();
    }

    private static Task<LmServiceFixture> StartOneAsync(Dictionary<string, string>? settings = null) =>
        LmServiceFixture.StartOnPortAsync(
            settings,
            // Some clients write roles and marks into their prompts.
            new ByteTokenizer(),
            configure: services => services.Replace(ServiceDescriptor.Singleton(TimeProvider.System)));
}
