using LmPage.Tests.Support;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace LmPage.Tests;

/// <summary>Receipts, and what they are for: sharing a text, and writing the rest of one whose stream broke.</summary>
public sealed class ReceiptTests(Browser browser, SharedService service) : IClassFixture<SharedService>
{
    private const string Prompt = "Once upon a time there was";

    [Fact]
    public async Task A_receipt_writes_the_same_text_for_someone_else()
    {
        await using var visitor = await Visitor.OpenAsync(browser, service.Address);
        var (text, link) = await WriteAsync(visitor);
        Assert.StartsWith($"{service.Address}#receipt=", link, StringComparison.Ordinal);

        await using var friend = await Visitor.OpenAsync(browser, new Uri(link));
        await Expect(friend.Text).ToHaveValueAsync(text);
        await Expect(friend.Page.Locator("#set-max_tokens")).ToHaveValueAsync("60");
    }

    [Fact]
    public async Task A_receipt_of_another_model_is_not_taken_for_the_same()
    {
        await using var visitor = await Visitor.OpenAsync(browser, service.Address);
        var (text, link) = await WriteAsync(visitor);
        await using var other = await PageService.StartAsync("tiny");
        await using var friend = await Visitor.OpenAsync(browser, new Uri(other.Address, new Uri(link).Fragment));
        var offer = friend.Page.Locator("#offer");
        await Expect(offer).ToContainTextAsync("another model: fairy-tales");
        Assert.Equal("", await friend.TextAsync());
        await offer.GetByRole(AriaRole.Button).ClickAsync();
        var another = await friend.WrittenAsync();
        Assert.StartsWith(Prompt, another, StringComparison.Ordinal);
        Assert.NotEqual(text, another);
    }

    [Fact]
    public async Task A_damaged_receipt_is_said_to_be_one()
    {
        await using var visitor = await Visitor.OpenAsync(browser, new Uri(service.Address, "#receipt=abc"));
        await Expect(visitor.Page.Locator("#offer")).ToContainTextAsync("damaged");
    }

    [Theory]
    [InlineData("curl", "curl -N ")]
    [InlineData("C#", "PostAsJsonAsync")]
    [InlineData("Python", "from openai import OpenAI")]
    [InlineData("JavaScript", "await fetch(")]
    public async Task The_request_is_copied_for_programs(string language, string sign)
    {
        await using var visitor = await Visitor.OpenAsync(browser, service.Address);
        await WriteAsync(visitor);
        await visitor.Page.Locator("#share-language").SelectOptionAsync(language);
        await visitor.Button("Copy code").ClickAsync();
        await Expect(visitor.Page.Locator("#share-said")).ToHaveTextAsync("The code is copied.");
        var code = await visitor.Page.EvaluateAsync<string>("() => navigator.clipboard.readText()");
        Assert.Contains(sign, code, StringComparison.Ordinal);
        Assert.Contains(Prompt, code, StringComparison.Ordinal);
        Assert.Contains("max_tokens", code, StringComparison.Ordinal);
        Assert.Contains("seed", code, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_broken_stream_is_noticed_and_written_again_to_its_end()
    {
        await using var relay = new CuttingRelay(service.Address, 12_000);
        await using var visitor = await Visitor.OpenAsync(browser, relay.Address);
        await visitor.Text.FillAsync(Prompt);
        await visitor.SetAsync("seed", "5");
        await visitor.SetAsync("max_tokens", "200");
        var part = await visitor.ContinueAsync();
        var offer = visitor.Page.Locator("#offer");
        await Expect(offer).ToContainTextAsync("tokens had arrived");
        await offer.GetByRole(AriaRole.Button).ClickAsync();
        var whole = await visitor.WrittenAsync();
        Assert.StartsWith(part, whole, StringComparison.Ordinal);
        Assert.True(whole.Length > part.Length);
        await Expect(visitor.Page.Locator("#figures")).ToContainTextAsync("200 tokens");
        await Expect(offer).ToBeHiddenAsync();
        Assert.All(visitor.TakeComplaints(), each => Assert.Contains("net::ERR", each, StringComparison.Ordinal));
    }

    private static async Task<(string Text, string Link)> WriteAsync(Visitor visitor)
    {
        await visitor.Text.FillAsync(Prompt);
        await visitor.SetAsync("max_tokens", "60");
        var text = await visitor.ContinueAsync();
        await visitor.Button("Share").ClickAsync();
        await Expect(visitor.Page.Locator("#share-link")).Not.ToHaveValueAsync("");
        return (text, await visitor.Page.Locator("#share-link").InputValueAsync());
    }
}
