using Deque.AxeCore.Playwright;
using LmPage.Tests.Support;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace LmPage.Tests;

/// <summary>The page for people who do not see it, do not point at it, or hold it in a hand.</summary>
public sealed class AccessibilityTests(Browser browser, SharedService service) : IClassFixture<SharedService>
{
    private const string Prompt = "Once upon a time there was";

    [Theory]
    [InlineData(ColorScheme.Light)]
    [InlineData(ColorScheme.Dark)]
    public async Task Axe_finds_nothing_in_any_view(ColorScheme scheme)
    {
        await using var visitor = await OpenAsync(new() { ColorScheme = scheme, ReducedMotion = ReducedMotion.Reduce });
        await visitor.Text.FillAsync(Prompt);
        await visitor.SetAsync("max_tokens", "40");
        await visitor.ContinueAsync();
        await visitor.Page.GetByLabel("Colour the text by surprise").CheckAsync();
        await visitor.PressAsync("Control+End");
        await AssertAccessibleAsync(visitor, "Write");
        await visitor.Button("Share").ClickAsync();
        await AssertAccessibleAsync(visitor, "Share");
        await visitor.Button("Close").ClickAsync();

        foreach (var (tab, button) in new[] { ("Read", "Read it"), ("Why", "Show its tokens"), ("Units", "Colour it") })
        {
            await OpenTabAsync(visitor, tab);
            await visitor.Button(button).ClickAsync();
            await visitor.FocusTokensAsync(tab.ToLowerInvariant());
            await visitor.PressAsync("End");
            await visitor.PressAsync("Enter");
            if (tab == "Why")
            {
                await Expect(visitor.Page.Locator("#why-summary")).Not.ToBeEmptyAsync();
            }

            await AssertAccessibleAsync(visitor, tab);
        }

        await OpenTabAsync(visitor, "Model");
        await Expect(visitor.Page.Locator("#curves svg")).ToBeVisibleAsync();
        await AssertAccessibleAsync(visitor, "Model");
    }

    [Fact]
    public async Task A_text_is_written_explained_and_shared_with_the_keyboard_alone()
    {
        await using var visitor = await OpenAsync();
        // Enough that there is something to stop, and not more than the view of units reads.
        await visitor.SetAsync("max_tokens", "1500");
        await TabToAsync(visitor, "text");
        await visitor.Page.Keyboard.TypeAsync(Prompt);
        await visitor.PressAsync("Control+Enter");
        await Expect(visitor.Text).Not.ToHaveValueAsync(Prompt);
        await visitor.PressAsync("Escape");
        Assert.StartsWith(Prompt, await visitor.WrittenAsync(), StringComparison.Ordinal);
        await Expect(visitor.Text).ToBeFocusedAsync();

        await TabToAsync(visitor, "share");
        await visitor.PressAsync("Enter");
        await Expect(visitor.Page.Locator("#share-dialog")).ToBeVisibleAsync();
        await visitor.PressAsync("Escape");
        await Expect(visitor.Page.Locator("#share-dialog")).ToBeHiddenAsync();

        await visitor.Page.Locator("#tab-write").FocusAsync();
        foreach (var tab in new[] { "read", "why", "units", "model", "write" })
        {
            await visitor.PressAsync("ArrowRight");
            await Expect(visitor.Page.Locator($"#tab-{tab}")).ToBeFocusedAsync();
            await Expect(visitor.Page.Locator($"#view-{tab}")).ToBeVisibleAsync();
        }
    }

    [Fact]
    public async Task Nothing_is_wider_than_a_phone()
    {
        await using var visitor = await OpenAsync(new() { ViewportSize = new() { Width = 320, Height = 640 } });
        await visitor.Text.FillAsync(Prompt);
        await visitor.SetAsync("max_tokens", "40");
        await visitor.ContinueAsync();
        foreach (var tab in new[] { "Read", "Why", "Units", "Model", "Write" })
        {
            await OpenTabAsync(visitor, tab);
            var width = await visitor.Page.EvaluateAsync<int>("() => document.documentElement.scrollWidth");
            Assert.True(width <= 320, $"{tab} is {width} pixels wide.");
        }
    }

    [Fact]
    public async Task A_text_from_right_to_left_begins_at_the_right()
    {
        await using var visitor = await OpenAsync();
        await visitor.Text.FillAsync("שלום עולם");
        Assert.Equal("rtl", await visitor.Text.EvaluateAsync<string>("area => getComputedStyle(area).direction"));
        var side = await visitor.Page.EvaluateAsync<bool>(
            """
            () => {
              const mirror = document.getElementById("mirror"), range = new Range();
              range.selectNodeContents(mirror.firstChild);
              const box = mirror.getBoundingClientRect();
              return range.getBoundingClientRect().left > box.left + box.width / 2;
            }
            """);
        Assert.True(side);
    }

    [Fact]
    public async Task Four_thousand_tokens_stream_without_moving_the_page()
    {
        await using var visitor = await OpenAsync();
        await visitor.Text.FillAsync(Prompt);
        await visitor.SetAsync("max_tokens", "4000");
        await visitor.Page.EvaluateAsync("() => { document.getElementById('tint').click(); }");
        await visitor.Page.EvaluateAsync(
            """
            () => {
              window.frames4000 = { shifts: [], changes: 0 };
              const name = node => node?.id || node?.className || node?.parentNode?.id || node?.nodeName;
              new PerformanceObserver(list => list.getEntries().forEach(
                entry => frames4000.shifts.push(...entry.sources.map(source => name(source.node)))))
                .observe({ type: "layout-shift" });
              new MutationObserver(() => { frames4000.changes++; }).observe(
                document.getElementById("mirror"), { characterData: true, subtree: true });
            }
            """);
        var text = await visitor.ContinueAsync();
        await Expect(visitor.Page.Locator("#figures")).ToContainTextAsync("4,000 tokens");
        Assert.Equal(text, await visitor.Page.Locator("#mirror > span").First.TextContentAsync());
        Assert.Empty(await visitor.Page.EvaluateAsync<string[]>("() => frames4000.shifts"));
        // Tokens are shown by the frame, not one by one.
        Assert.InRange(await visitor.Page.EvaluateAsync<int>("() => frames4000.changes"), 1, 2000);
        // No elements are added for tokens.
        var elements = await visitor.Page.EvaluateAsync<int>("() => document.querySelectorAll('#editor *').length");
        Assert.InRange(elements, 1, 8);
    }

    private static async Task AssertAccessibleAsync(Visitor visitor, string where)
    {
        var result = await visitor.Page.RunAxe();
        Assert.True(result.Violations.Length == 0, where + ": " + string.Join("; ", result.Violations.Select(
            violation => $"{violation.Id} {string.Join(", ", violation.Nodes.Take(3).Select(node => node.Html))}")));
    }

    private static async Task OpenTabAsync(Visitor visitor, string tab)
    {
        await visitor.Page.GetByRole(AriaRole.Tab, new() { Name = tab }).ClickAsync();
        await visitor.Page.WaitForLoadStateAsync(LoadState.NetworkIdle);
    }

    private static async Task TabToAsync(Visitor visitor, string id)
    {
        for (var i = 0; i < 60; i++)
        {
            await visitor.PressAsync("Tab");
            if (await visitor.Page.EvaluateAsync<string>("() => document.activeElement.id") == id)
            {
                return;
            }
        }

        Assert.Fail($"Tab does not lead to #{id}.");
    }

    private Task<Visitor> OpenAsync(BrowserNewContextOptions? options = null) =>
        Visitor.OpenAsync(browser, service.Address, options);
}
