using LmPage.Tests.Support;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace LmPage.Tests;

/// <summary>Writing with the model.</summary>
public sealed class WriteTests(Browser browser, SharedService service) : IClassFixture<SharedService>
{
    private const string Prompt = "Once upon a time there was";

    [Fact]
    public async Task The_model_continues_the_text_in_the_text_itself()
    {
        await using var visitor = await OpenAsync();
        await visitor.Text.FillAsync(Prompt);
        await visitor.SetAsync("seed", "5");
        await visitor.SetAsync("temperature", "0.5");
        await visitor.SetAsync("max_tokens", "120");
        var text = await visitor.ContinueAsync();

        // The text of the README, which the API writes with the same seed.
        Assert.StartsWith(Prompt + " a man who had a son who had a daughter", text, StringComparison.Ordinal);
        Assert.Equal(text, await visitor.Page.Locator("#mirror > span").First.TextContentAsync());
        await Expect(visitor.Page.Locator("#figures")).ToContainTextAsync("120 tokens");
        await Expect(visitor.Page.Locator("#figures")).ToContainTextAsync("seed 5");
        await Expect(visitor.Page.Locator("#announcer")).ToContainTextAsync("Done.");
    }

    [Fact]
    public async Task A_text_can_be_stopped_undone_done_again_and_regenerated()
    {
        await using var visitor = await OpenAsync();
        await visitor.Text.FillAsync(Prompt);
        await visitor.SetAsync("max_tokens", "4000");
        await visitor.Button("Continue").ClickAsync();
        await Expect(visitor.Text).Not.ToHaveValueAsync(Prompt);
        await visitor.PressAsync("Escape");
        var stopped = await visitor.WrittenAsync();
        Assert.StartsWith(Prompt, stopped, StringComparison.Ordinal);

        await visitor.Button("Undo").ClickAsync();
        Assert.Equal(Prompt, await visitor.TextAsync());
        await visitor.Button("Redo").ClickAsync();
        Assert.Equal(stopped, await visitor.TextAsync());

        await visitor.SetAsync("max_tokens", "20");
        await visitor.Button("Regenerate").ClickAsync();
        var another = await visitor.WrittenAsync();
        Assert.StartsWith(Prompt, another, StringComparison.Ordinal);
        Assert.NotEqual(stopped, another);
        await Expect(visitor.Page.GetByRole(AriaRole.Treeitem)).ToHaveCountAsync(3);
    }

    [Fact]
    public async Task Every_setting_of_the_api_is_offered_with_its_default_and_a_sentence()
    {
        await using var visitor = await OpenAsync();
        using var client = new HttpClient { BaseAddress = service.Address };
        var document = System.Text.Json.JsonDocument.Parse(
            await client.GetStringAsync(new Uri("swagger/v1/swagger.json", UriKind.Relative)));
        var properties = document.RootElement.GetProperty("components").GetProperty("schemas")
            .GetProperty("GenerationRequest").GetProperty("properties");
        var members = properties.EnumerateObject()
            .Select(member => member.Name).Except(["prompt", "stream", "echo"]);
        foreach (var member in members)
        {
            var field = visitor.Page.Locator($"[id='set-{member}'], [id^='set-{member}-']").First;
            Assert.Equal(1, await field.CountAsync());
            var help = await field.GetAttributeAsync("aria-describedby");
            var sentence = await visitor.Page.Locator($"#{help!.Split(' ')[0]}").TextContentAsync();
            Assert.False(string.IsNullOrWhiteSpace(sentence), member);
        }

        Assert.Equal(
            properties.GetProperty("temperature").GetProperty("default").GetRawText(),
            await visitor.Page.Locator("#set-temperature").GetAttributeAsync("placeholder"));
    }

    [Fact]
    public async Task An_error_is_shown_in_the_words_of_the_api_at_its_field()
    {
        await using var visitor = await OpenAsync();
        await visitor.SetAsync("top_p", "2");
        await visitor.SetAsync("stop", "[\"\"]");
        await visitor.Button("Continue").ClickAsync();
        await Expect(visitor.Page.Locator("#set-top_p-problem"))
            .ToHaveTextAsync("`top_p` must be a number above 0 and at most 1.");
        await Expect(visitor.Page.Locator("#set-stop-problem")).Not.ToBeEmptyAsync();
        await Expect(visitor.Page.Locator("#set-top_p")).ToBeFocusedAsync();
        await Expect(visitor.Page.GetByRole(AriaRole.Treeitem)).ToHaveCountAsync(1);
        Assert.All(visitor.TakeComplaints(), each => Assert.Contains("422", each, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_preset_fills_the_settings_in()
    {
        await using var visitor = await OpenAsync();
        await visitor.Page.Locator("#preset").SelectOptionAsync("Even surprise");
        await Expect(visitor.Page.Locator("#set-mirostat")).ToHaveValueAsync("2");
        await visitor.SetAsync("mirostat_tau", "3");
        await Expect(visitor.Page.Locator("#preset")).ToHaveValueAsync("My own");
        await visitor.Page.Locator("#preset").SelectOptionAsync("As the model says");
        await Expect(visitor.Page.Locator("#set-mirostat")).ToHaveValueAsync("");
    }

    [Fact]
    public async Task Grey_words_are_taken_by_tab_and_left_by_escape()
    {
        await using var visitor = await OpenAsync();
        var ghost = visitor.Page.Locator("#mirror .ghost");
        await visitor.Text.PressSequentiallyAsync("Once upon a ti");
        await Expect(ghost).ToContainTextAsync("me");
        await visitor.PressAsync("Tab");
        Assert.Equal("Once upon a time", await visitor.TextAsync());
        await Expect(ghost).Not.ToBeEmptyAsync();
        await visitor.PressAsync("Escape");
        await Expect(ghost).Not.ToBeAttachedAsync();
        await visitor.Text.PressSequentiallyAsync(" th");
        await Expect(visitor.Page.Locator("#mirror .ghost-rest")).ToBeAttachedAsync();
        var line = await ghost.TextContentAsync();
        await visitor.PressAsync("Shift+Tab");
        Assert.Equal("Once upon a time th" + line, await visitor.TextAsync());
        // Without a grey word, Tab is the browser's: nobody is held in the text.
        await visitor.PressAsync("Escape");
        await visitor.PressAsync("Tab");
        await Expect(visitor.Button("Continue")).ToBeFocusedAsync();
    }

    [Fact]
    public async Task Pointing_at_a_token_shows_its_odds_and_an_alternative_continues_from_there()
    {
        await using var visitor = await OpenAsync();
        await visitor.Text.FillAsync(Prompt);
        await visitor.SetAsync("temperature", "0");
        await visitor.SetAsync("max_tokens", "5");
        await visitor.ContinueAsync();

        var box = (await visitor.Text.BoundingBoxAsync())!;
        var (x, y) = await PlaceAsync(visitor, Prompt.Length + 1);
        await visitor.Page.Mouse.MoveAsync(box.X + 5, box.Y + 200);
        await visitor.Page.Mouse.MoveAsync(x, y);
        var card = visitor.Page.Locator("#hover-card");
        await Expect(card).ToBeVisibleAsync();
        await Expect(card).ToContainTextAsync("%");
        var other = card.GetByRole(AriaRole.Button).First;
        var taken = (await other.Locator(".odds-text").TextContentAsync())!.Replace('␣', ' ');
        await other.ClickAsync();
        var text = await visitor.WrittenAsync();
        Assert.StartsWith(Prompt + taken, text, StringComparison.Ordinal);
        Assert.True(text.Length > (Prompt + taken).Length);

        // The tree has both, and the keyboard walks it.
        await Expect(visitor.Page.GetByRole(AriaRole.Treeitem)).ToHaveCountAsync(3);
        var current = visitor.Page.Locator("[role=treeitem][tabindex='0']");
        await current.FocusAsync();
        await visitor.PressAsync("ArrowUp");
        await visitor.PressAsync("Enter");
        Assert.NotEqual(text, await visitor.TextAsync());
        await visitor.PressAsync("ArrowDown");
        await visitor.PressAsync("Enter");
        Assert.Equal(text, await visitor.TextAsync());
    }

    [Fact]
    public async Task Changing_the_text_forgets_the_odds_from_there_on_only()
    {
        await using var visitor = await OpenAsync();
        await visitor.Text.FillAsync("Once");
        await visitor.SetAsync("max_tokens", "20");
        await visitor.SetAsync("seed", "1"); // whose last word is shorter than the way back below
        var text = await visitor.ContinueAsync();
        await visitor.PressAsync("End");
        await visitor.PressAsync("Control+End");
        await Expect(visitor.Page.Locator("#odds .odds-row").First).ToBeVisibleAsync();
        await visitor.PressAsync("Backspace");
        await visitor.Text.PressSequentiallyAsync("!");
        await Expect(visitor.Page.Locator("#odds .odds-row")).ToHaveCountAsync(0);
        for (var i = 0; i < 8; i++)
        {
            await visitor.PressAsync("ArrowLeft");
        }

        await Expect(visitor.Page.Locator("#odds .odds-row").First).ToBeVisibleAsync();
        await visitor.PressAsync("Control+z");
        Assert.Equal(text, await visitor.TextAsync());
    }

    /// <summary>Where the character at an offset of the text is in the window.</summary>
    private static async Task<(float X, float Y)> PlaceAsync(Visitor visitor, int offset)
    {
        var place = await visitor.Page.EvaluateAsync<float[]>(
            """
            offset => {
              const range = new Range(), node = document.querySelector("#mirror > span").firstChild;
              range.setStart(node, offset);
              range.setEnd(node, offset + 1);
              const box = range.getBoundingClientRect();
              return [box.x + box.width / 2, box.y + box.height / 2];
            }
            """,
            offset);
        return (place[0], place[1]);
    }

    private Task<Visitor> OpenAsync() => Visitor.OpenAsync(browser, service.Address);
}
