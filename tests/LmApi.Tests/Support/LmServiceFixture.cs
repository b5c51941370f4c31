using LmApi.Infrastructure;
using LmApi.Models;
using LmModel.Tokenization;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Time.Testing;
using Serilog.Core;

namespace LmApi.Tests.Support;

/// <summary>
/// The whole service with a small model of its own, a clock that stands still and chance that counts.
/// </summary>
internal sealed class LmServiceFixture : WebApplicationFactory<Program>
{
    private readonly Dictionary<string, string> _settings;
    private readonly bool _realModel;
    private readonly Action<IServiceCollection>? _configure;
    private readonly string _folder;
    private int _chance;

    private LmServiceFixture(
        Dictionary<string, string>? settings,
        Tokenizer? tokenizer,
        bool realModel,
        Action<IServiceCollection>? configure)
    {
        (_settings, _realModel, _configure) = (settings ?? [], realModel, configure);
        Tokenizer = tokenizer ?? TestModel.Tokenizer;
        Model = new(Tokenizer.VocabularySize);
        _folder = TestModel.Save(Tokenizer);
    }

    public Tokenizer Tokenizer { get; }

    /// <summary>What the service steps, unless it was started with the real model.</summary>
    public GatedStepModel Model { get; }

    public FakeTimeProvider Time { get; } = new();

    public LogSink Logs { get; } = new();

    public AbortWatch Aborts { get; } = new();

    public ModelHost Host => Services.GetRequiredService<ModelHost>();

    /// <summary>A service that is warm.</summary>
    public static async Task<LmServiceFixture> StartAsync(
        Dictionary<string, string>? settings = null,
        Tokenizer? tokenizer = null,
        bool realModel = false,
        Action<IServiceCollection>? configure = null)
    {
        var service = Cold(settings, tokenizer, realModel, configure);
        await service.WarmAsync();
        return service;
    }

    /// <summary>A service that is warm and listens on a port of this machine.</summary>
    public static async Task<LmServiceFixture> StartOnPortAsync(
        Dictionary<string, string>? settings = null,
        Tokenizer? tokenizer = null,
        bool realModel = false,
        Action<IServiceCollection>? configure = null)
    {
        var service = Cold(settings, tokenizer, realModel, configure);
        service.UseKestrel();
        service.StartServer();
        await service.WarmAsync();
        return service;
    }

    /// <summary>
    /// The client of the one generation, which is held at the gate, has left: with the gate open the model makes
    /// another client's token, and at most one step for the one that left.
    /// </summary>
    public async Task AssertTheModelStopsForAClientThatLeftAsync()
    {
        await Aborts.NextAsync();
        var before = Model.Steps;
        Model.Gate.Open();
        await this.StreamAsync(new { prompt = "a", max_tokens = 1 });
        Assert.InRange(Model.Steps - before, 1, 2);
    }

    /// <summary>A service that starts with its first request.</summary>
    public static LmServiceFixture Cold(
        Dictionary<string, string>? settings = null,
        Tokenizer? tokenizer = null,
        bool realModel = false,
        Action<IServiceCollection>? configure = null) => new(settings, tokenizer, realModel, configure);

    /// <summary>
    /// Starts the service and waits for the end of its warm-up. The factory may be told that the service has started
    /// before the model host is, so <see cref="ModelHost.WarmUp"/> may not have begun; the line in the log comes last
    /// of all.
    /// </summary>
    private Task WarmAsync()
    {
        _ = Services;
        return Logs.WaitForAsync("is ready");
    }

    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        builder.UseSetting("Model:Path", _folder);
        // Not by UseKestrel(0), which changes the addresses of a server that may have started meanwhile.
        builder.UseSetting("urls", "http://127.0.0.1:0");
        builder.UseSetting("Serilog:MinimumLevel:Default", "Verbose");
        foreach (var (key, value) in _settings)
        {
            builder.UseSetting(key, value);
        }

        builder.ConfigureTestServices(services =>
        {
            services.Replace(ServiceDescriptor.Singleton<TimeProvider>(Time));
            services.Replace(ServiceDescriptor.Singleton(new Chance(Count)));
            services.AddSingleton<ILogEventSink>(Logs);
            services.AddSingleton<IStartupFilter>(Aborts);
            if (!_realModel)
            {
                services.Replace(ServiceDescriptor.Singleton<StepModelFactory>((_, _) => Model));
            }

            _configure?.Invoke(services);
        });
    }

    public override ValueTask DisposeAsync()
    {
        // A decode thread that waits at the gate would keep the service from stopping.
        Model.Gate.Open();
        return base.DisposeAsync();
    }

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        if (Directory.GetParent(_folder) is { Exists: true } parent)
        {
            parent.Delete(recursive: true);
        }
    }

    private void Count(Span<byte> bytes)
    {
        bytes.Clear();
        bytes[0] = bytes[^1] = (byte)Interlocked.Increment(ref _chance);
    }
}
