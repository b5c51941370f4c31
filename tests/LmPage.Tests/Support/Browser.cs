using Microsoft.Playwright;

[assembly: AssemblyFixture(typeof(LmPage.Tests.Support.Browser))]

namespace LmPage.Tests.Support;

/// <summary>The installed Chromium, which all tests share; none is downloaded.</summary>
public sealed class Browser : IAsyncLifetime
{
    private static readonly string[] Places =
        ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

    private IPlaywright? _playwright;
    private IBrowser? _browser;

    /// <summary>The program, or null where there is none. <c>CHROMIUM</c> names another.</summary>
    public static string? Program { get; } =
        Places.Prepend(Environment.GetEnvironmentVariable("CHROMIUM") ?? "").FirstOrDefault(File.Exists);

    public async ValueTask InitializeAsync()
    {
        if (Program is null)
        {
            return;
        }

        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new()
        {
            ExecutablePath = Program,
            // Chromium's sandbox does not run as root, which is who tests in a container are.
            ChromiumSandbox = false,
        });
    }

    /// <summary>A browser without a past.</summary>
    public async Task<IBrowserContext> NewContextAsync(BrowserNewContextOptions? options)
    {
        Assert.SkipWhen(_browser is null, "There is no Chromium: apt-get install chromium, or set CHROMIUM to it.");
        return await _browser!.NewContextAsync(options);
    }

    public async ValueTask DisposeAsync()
    {
        await (_browser?.DisposeAsync() ?? ValueTask.CompletedTask);
        _playwright?.Dispose();
    }
}
