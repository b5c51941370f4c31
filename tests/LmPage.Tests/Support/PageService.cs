using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;

namespace LmPage.Tests.Support;

/// <summary>The service itself, on a port of this machine, with a model of this repository.</summary>
public sealed class PageService : WebApplicationFactory<Program>
{
    private readonly Dictionary<string, string> _settings;

    private PageService(string model, Dictionary<string, string>? settings)
    {
        _settings = settings ?? [];
        Model = model;
        UseKestrel();
        StartServer();
    }

    public string Model { get; }

    public Uri Address => ClientOptions.BaseAddress;

    public static async Task<PageService> StartAsync(
        string model = "fairy-tales", Dictionary<string, string>? settings = null)
    {
        var service = new PageService(model, settings);
        using var client = new HttpClient { BaseAddress = service.Address };
        // Whatever comes before the end of the warm-up waits in the queue: one token is enough to know.
        using var content = new StringContent("{\"prompt\":\"a\",\"max_tokens\":1}", null, "application/json");
        using var response = await client.PostAsync(new Uri("generate", UriKind.Relative), content);
        return service;
    }

    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        builder.UseSetting("urls", "http://127.0.0.1:0");
        builder.UseSetting("Model:Path", Path.Combine(Repository.Root, "models", Model));
        builder.UseSetting("Serilog:MinimumLevel:Default", "Error");
        foreach (var (key, value) in _settings)
        {
            builder.UseSetting(key, value);
        }
    }
}
