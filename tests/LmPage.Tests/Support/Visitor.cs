using Microsoft.Playwright;

namespace LmPage.Tests.Support;

/// <summary>Someone who has opened the page, and what the browser complained about.</summary>
internal sealed class Visitor : IAsyncDisposable
{
    private readonly IBrowserContext _context;
    private readonly List<string> _complaints = [];

    private Visitor(IBrowserContext context, IPage page)
    {
        (_context, Page) = (context, page);
        page.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning")
            {
                _complaints.Add($"{message.Text} ({message.Location})");
            }
        };
        page.PageError += (_, error) => _complaints.Add(error);
    }

    public IPage Page { get; }

    public ILocator Text => Page.Locator("#text");

    public static async Task<Visitor> OpenAsync(
        Browser browser, Uri address, BrowserNewContextOptions? options = null)
    {
        var context = await browser.NewContextAsync(options);
        await context.GrantPermissionsAsync(["clipboard-read", "clipboard-write"]);
        var visitor = new Visitor(context, await context.NewPageAsync());
        visitor.Page.SetDefaultTimeout(15_000);
        await visitor.GoAsync(address);
        return visitor;
    }

    /// <summary>Opens an address and waits until the page can be used.</summary>
    public async Task GoAsync(Uri address)
    {
        await Page.GotoAsync(address.AbsoluteUri);
        await Page.WaitForFunctionAsync("() => performance.getEntriesByName('lm-interactive').length > 0");
    }

    public ILocator Button(string name) => Page.GetByRole(AriaRole.Button, new() { Name = name, Exact = true });

    public Task PressAsync(string keys) => Page.Keyboard.PressAsync(keys);

    public Task<string> TextAsync() => Text.InputValueAsync();

    /// <summary>Lets the model continue, and waits for the end of its text.</summary>
    public async Task<string> ContinueAsync()
    {
        // The stream starts when the settings are there, and only then can its end be waited for.
        await Assertions.Expect(Page.Locator("#preset")).ToBeEnabledAsync();
        await Button("Continue").ClickAsync();
        return await WrittenAsync();
    }

    /// <summary>Waits for the end of a text that is being written.</summary>
    public async Task<string> WrittenAsync()
    {
        await Assertions.Expect(Page.Locator("#stop")).ToBeDisabledAsync(new() { Timeout = 60_000 });
        return await TextAsync();
    }

    /// <summary>Focuses the tokens of a view once they are there: keys have no effect on an empty list.</summary>
    public async Task FocusTokensAsync(string view)
    {
        var list = Page.Locator($"#{view}-tokens [role=listbox]");
        await Assertions.Expect(list.GetByRole(AriaRole.Option).First).ToBeVisibleAsync();
        await list.FocusAsync();
    }

    /// <summary>Sets a setting of the generation.</summary>
    public async Task SetAsync(string name, string value)
    {
        await Page.EvaluateAsync("document.getElementById('more-settings').open = true");
        await Page.Locator($"#set-{name}").FillAsync(value);
    }

    /// <summary>What the browser has complained about so far, which is then forgotten.</summary>
    public IReadOnlyList<string> TakeComplaints()
    {
        var complaints = _complaints.ToList();
        _complaints.Clear();
        return complaints;
    }

    public async ValueTask DisposeAsync()
    {
        await _context.DisposeAsync();
        Assert.True(_complaints.Count == 0, string.Join('\n', _complaints));
    }
}
