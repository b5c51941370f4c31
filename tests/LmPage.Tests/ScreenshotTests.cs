using LmPage.Tests.Support;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace LmPage.Tests;

/// <summary>Makes the pictures of README and docs/page.md, and measures the page: only when asked for.</summary>
public sealed class ScreenshotTests(Browser browser, ITestOutputHelper output)
{
    private const int Rounds = 7;

    [Theory]
    [InlineData(ColorScheme.Light, "light")]
    [InlineData(ColorScheme.Dark, "dark")]
    public async Task Pictures_of_the_page(ColorScheme scheme, string name)
    {
        Assert.SkipUnless(Screenshot.IsWanted, "SCREENSHOTS=1 makes the pictures.");
        await using var service = await PageService.StartAsync();
        await using var visitor = await Visitor.OpenAsync(
            browser,
            service.Address,
            new() { ColorScheme = scheme, ViewportSize = new() { Width = 1200, Height = 760 } });
        await visitor.Text.FillAsync("Once upon a time there was a king who had a daughter");
        await visitor.SetAsync("seed", "7");
        await visitor.SetAsync("temperature", "0.6");
        await visitor.SetAsync("max_tokens", "140");
        await visitor.Page.EvaluateAsync("document.getElementById('more-settings').open = false");
        await visitor.ContinueAsync();
        await visitor.Page.GetByLabel("Colour the text by surprise").CheckAsync();
        await visitor.Text.FocusAsync();
        await visitor.PressAsync("Control+Home");
        for (var i = 0; i < 56; i++)
        {
            await visitor.PressAsync("ArrowRight");
        }

        await visitor.Page.EvaluateAsync("() => scrollTo(0, 0)");
        await visitor.TakeAsync($"images/write-{name}.png");

        await visitor.Page.GetByRole(AriaRole.Tab, new() { Name = "Why" }).ClickAsync();
        await visitor.Page.Locator("#why-text").FillAsync("Once upon a time there was a king who had a daughter");
        await visitor.Button("Show its tokens").ClickAsync();
        await visitor.Page.Locator("#why-tokens [role=option]").Last.ClickAsync();
        await Expect(visitor.Page.Locator("#why-summary")).Not.ToBeEmptyAsync();
        await visitor.TakeAsync($"images/why-{name}.png");
    }

    [Fact]
    public async Task Figures_of_the_page()
    {
        Assert.SkipUnless(Screenshot.IsWanted, "SCREENSHOTS=1 measures the page.");
        await using var service = await PageService.StartAsync();
        var times = new List<double>();
        for (var i = 0; i < Rounds; i++)
        {
            await using var visitor = await Visitor.OpenAsync(browser, service.Address);
            times.Add(await visitor.Page.EvaluateAsync<double>(
                "() => performance.getEntriesByName('lm-interactive')[0].startTime"));
            if (i == Rounds - 1)
            {
                var bytes = await visitor.Page.EvaluateAsync<int>(
                    """
                    async () => {
                      for (const name of ["read", "why", "units", "model"]) await import(`./page/${name}.js`);
                      return performance.getEntries().filter(
                        entry => entry.entryType === "navigation" || entry.name.includes("/page/"))
                        .reduce((sum, entry) => sum + entry.encodedBodySize, 0);
                    }
                    """);
                output.WriteLine($"All files of the page, compressed: {bytes} bytes.");
            }
        }

        times.Sort();
        output.WriteLine(
            $"From the address to everything usable, {Rounds} browsers without a cache: median {times[Rounds / 2]:F0} ms, "
            + $"{times[0]:F0} to {times[^1]:F0}.");
    }
}
