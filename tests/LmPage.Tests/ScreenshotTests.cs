using LmPage.Tests.Support;
using Microsoft.Playwright;

namespace LmPage.Tests;

/// <summary>Makes the pictures of README and docs/page.md.</summary>
public sealed class ScreenshotTests(Browser browser)
{
    [Theory]
    [InlineData(ColorScheme.Light, "light")]
    [InlineData(ColorScheme.Dark, "dark")]
    public async Task Pictures_of_the_page_are_made_when_asked_for(ColorScheme scheme, string name)
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

        await visitor.TakeAsync($"images/write-{name}.png");
    }
}
