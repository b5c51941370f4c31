using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using LmPage.Tests.Support;
using static Microsoft.Playwright.Assertions;

namespace LmPage.Tests;

/// <summary>A service that wants an API key.</summary>
public sealed class KeyTests(Browser browser)
{
    [Fact]
    public async Task The_page_asks_for_a_key_says_that_one_is_wrong_and_works_with_the_right_one()
    {
        const string key = "lm-0123456789012345678901234567890123456789012";
        using var folder = new TemporaryFolder();
        var file = Path.Combine(folder.Path, "keys.json");
        await File.WriteAllTextAsync(file, JsonSerializer.Serialize(new
        {
            format_version = 1,
            keys = new[]
            {
                new
                {
                    name = "reader",
                    sha256 = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key))),
                    created = "2026-11-27T00:00:00+00:00",
                },
            },
        }));
        await using var service = await PageService.StartAsync("tiny", new() { ["Access:KeysFile"] = file });
        await using var visitor = await Visitor.OpenAsync(browser, service.Address);
        var field = visitor.Page.Locator("#key");
        await Expect(field).ToBeFocusedAsync();
        await Expect(visitor.Page.Locator("#key-problem")).ToContainTextAsync("An API key is needed");

        await field.FillAsync("lm-wrong");
        await visitor.PressAsync("Enter");
        await Expect(visitor.Page.Locator("#key-problem")).ToContainTextAsync("unknown");
        await Expect(field).ToHaveAttributeAsync("aria-invalid", "true");

        await field.FillAsync(key);
        await visitor.PressAsync("Enter");
        await Expect(field).ToBeHiddenAsync();
        await visitor.Text.FillAsync("ROMEO:");
        await visitor.SetAsync("max_tokens", "5");
        Assert.StartsWith("ROMEO:", await visitor.ContinueAsync(), StringComparison.Ordinal);
        await Expect(visitor.Page.Locator("#figures")).ToContainTextAsync("5 tokens");
        Assert.All(visitor.TakeComplaints(), each => Assert.Contains("401", each, StringComparison.Ordinal));
    }
}
