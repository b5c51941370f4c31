using LmPage.Tests.Support;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace LmPage.Tests;

/// <summary>Read, Why, Units and Model.</summary>
public sealed class ViewTests(Browser browser, SharedService service) : IClassFixture<SharedService>
{
    private const string Story =
        "Once upon a time there was a king who had a daughter.\nThe xylophone photosynthesizes.\n";

    [Fact]
    public async Task Read_colours_a_text_by_its_surprise_and_sorts_its_lines()
    {
        await using var visitor = await OpenAsync("Read");
        await visitor.Page.Locator("#read-text").FillAsync(Story);
        await visitor.Button("Read it").ClickAsync();
        await Expect(visitor.Page.Locator("#read-lines tr")).ToHaveCountAsync(2);
        await Expect(visitor.Page.Locator("#read-lines tr").First).ToContainTextAsync("xylophone");

        using var client = new HttpClient { BaseAddress = service.Address };
        using var answer = await client.PostAsync(
            new Uri("score", UriKind.Relative),
            new StringContent(
                System.Text.Json.JsonSerializer.Serialize(new { text = Story }), null, "application/json"));
        var score = System.Text.Json.JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement
            .GetProperty("scores")[0];
        var perplexity = score.GetProperty("perplexity").GetDouble().ToString(
            "N1", System.Globalization.CultureInfo.InvariantCulture);
        await Expect(visitor.Page.Locator("#read-figures")).ToContainTextAsync($"Perplexity{perplexity}");

        var options = visitor.Page.Locator("#read-tokens [role=option]");
        await Expect(options).ToHaveCountAsync(score.GetProperty("tokens").GetArrayLength());
        await visitor.FocusTokensAsync("read");
        await visitor.PressAsync("ArrowRight");
        await visitor.PressAsync("ArrowRight");
        await Expect(visitor.Page.Locator("#read-tokens .token-status")).ToContainTextAsync("bits");
    }

    [Fact]
    public async Task Read_marks_what_the_training_text_has_too()
    {
        await using var visitor = await OpenAsync("Read");
        const string known =
            "There was once upon a time a King who had a great forest near his palace, full of all kinds of wild animals.";
        await visitor.Page.Locator("#read-text").FillAsync(known + " My laptop has no battery left, she typed.");
        await visitor.Button("Read it").ClickAsync();
        await Expect(visitor.Page.Locator("#read-tokens .copied").First).ToBeVisibleAsync();
        await Expect(visitor.Page.Locator("#read-tokens [role=option]").Last).Not.ToHaveClassAsync(
            new System.Text.RegularExpressions.Regex("copied"));
    }

    [Fact]
    public async Task Why_shows_what_a_token_comes_from_and_how_far_back_that_is()
    {
        await using var visitor = await OpenAsync("Why");
        await visitor.Page.Locator("#why-text").FillAsync("Once upon a time there was a king who had a daughter");
        await visitor.Button("Show its tokens").ClickAsync();
        await visitor.FocusTokensAsync("why");
        await visitor.PressAsync("End");
        await visitor.PressAsync("Enter");
        await Expect(visitor.Page.Locator("#why-summary")).ToContainTextAsync("daughter: most of it comes from ␣a");
        await Expect(visitor.Page.Locator("#why-reach svg")).ToBeVisibleAsync();
        await Expect(visitor.Page.Locator("#why-far")).ToContainTextAsync("of 11 tokens");
        await visitor.Page.Locator("#why-method").SelectOptionAsync("gradient_input");
        await Expect(visitor.Page.Locator("#why-question")).ToContainTextAsync("first order");
        await visitor.Page.Locator("#why-against").SelectOptionAsync(new SelectOptionValue { Index = 1 });
        await Expect(visitor.Page.Locator("#why-summary")).ToContainTextAsync("rather than");
    }

    [Fact]
    public async Task A_word_of_the_model_leads_to_why_it_came()
    {
        await using var visitor = await Visitor.OpenAsync(browser, service.Address);
        await visitor.Text.FillAsync("Once upon a time there was");
        await visitor.SetAsync("temperature", "0");
        await visitor.SetAsync("max_tokens", "6");
        await visitor.ContinueAsync();
        await visitor.PressAsync("Control+End");
        await visitor.Page.Locator("#odds").GetByText("Why did this come?").ClickAsync();
        await Expect(visitor.Page.Locator("#why-summary")).ToContainTextAsync("comes from");
        await Expect(visitor.Page.Locator("#tab-why")).ToHaveAttributeAsync("aria-selected", "true");
    }

    [Fact]
    public async Task Units_colour_a_text_and_the_named_ones_are_listed()
    {
        await using var visitor = await OpenAsync("Units");
        var named = visitor.Page.Locator("#unit-names input");
        await Expect(named.Nth(1)).ToBeVisibleAsync();
        await visitor.Page.Locator("#units-text").FillAsync("The king said, \"I will go.\" He went.");
        await visitor.Button("Colour it").ClickAsync();
        await Expect(visitor.Page.Locator("#announcer")).ToContainTextAsync("from");
        var said = await visitor.Page.Locator("#announcer").TextContentAsync();
        await named.Nth(1).CheckAsync();
        await Expect(visitor.Page.Locator("#announcer")).Not.ToHaveTextAsync(said!);
        await visitor.Page.Locator("#unit-number").FillAsync("100000");
        await visitor.Button("Colour it").ClickAsync();
        await Expect(visitor.Page.Locator("#units-problem")).ToContainTextAsync("unit");
        Assert.All(visitor.TakeComplaints(), each => Assert.Contains("422", each, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Model_shows_card_sizes_evidence_curves_and_load()
    {
        await using var visitor = await OpenAsync("Model");
        await Expect(visitor.Page.Locator("#model-card h3").First).ToHaveTextAsync("Data");
        await Expect(visitor.Page.Locator("#model-sizes")).ToContainTextAsync("4,565,432");
        await Expect(visitor.Page.Locator("#evidence tr")).ToHaveCountAsync(3);
        await Expect(visitor.Page.Locator("#curves svg polyline")).ToHaveCountAsync(2);
        await Expect(visitor.Page.Locator("#load")).ToContainTextAsync("Waiting0");
    }

    private async Task<Visitor> OpenAsync(string tab)
    {
        var visitor = await Visitor.OpenAsync(browser, service.Address);
        await visitor.Page.GetByRole(AriaRole.Tab, new() { Name = tab }).ClickAsync();
        return visitor;
    }
}
