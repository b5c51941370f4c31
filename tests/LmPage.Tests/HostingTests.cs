using System.Net;
using System.Net.Http.Headers;
using LmPage.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace LmPage.Tests;

/// <summary>How the files of the page are sent; no browser needed.</summary>
public sealed class HostingTests
{
    [Theory]
    [InlineData("br")]
    [InlineData("gzip")]
    [InlineData(null)]
    public async Task A_file_is_compressed_as_the_client_accepts_and_not_sent_again(string? coding)
    {
        await using var service = await PageService.StartAsync("tiny");
        using var client = new HttpClient { BaseAddress = service.Address };
        using var request = new HttpRequestMessage(HttpMethod.Get, "page/write.js");
        if (coding is not null)
        {
            request.Headers.AcceptEncoding.ParseAdd(coding);
        }

        using var answer = await client.SendAsync(request);
        Assert.Equal(coding is null ? [] : [coding], answer.Content.Headers.ContentEncoding);
        Assert.Equal("text/javascript", answer.Content.Headers.ContentType?.MediaType);

        using var again = new HttpRequestMessage(HttpMethod.Get, "page/write.js");
        again.Headers.AcceptEncoding.ParseAdd(coding ?? "identity");
        again.Headers.IfNoneMatch.Add(answer.Headers.ETag!);
        using var same = await client.SendAsync(again);
        Assert.Equal(HttpStatusCode.NotModified, same.StatusCode);
    }

    [Fact]
    public async Task Everything_that_the_page_loads_comes_from_the_service_and_is_small()
    {
        await using var service = await PageService.StartAsync("tiny");
        using var client = new HttpClient { BaseAddress = service.Address };
        client.DefaultRequestHeaders.AcceptEncoding.Add(new StringWithQualityHeaderValue("gzip"));
        var files = Directory.GetFiles(Path.Combine(Repository.Root, "src/LmApi/wwwroot")).Select(Path.GetFileName);
        var bytes = 0L;
        foreach (var name in files)
        {
            using var answer = await client.GetAsync(
                new Uri(name == "index.html" ? "" : $"page/{name}", UriKind.Relative));
            Assert.Equal((name, HttpStatusCode.OK), (name, answer.StatusCode));
            var policy = Assert.Single(answer.Headers.GetValues("Content-Security-Policy"));
            Assert.Contains("script-src 'self';", policy, StringComparison.Ordinal);
            Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
            bytes += (await answer.Content.ReadAsByteArrayAsync()).Length;
        }

        Assert.InRange(bytes, 1, 150_000);
    }

    [Fact]
    public async Task Below_a_path_base_the_address_gets_its_slash()
    {
        await using var service = await PageService.StartAsync("tiny");
        await using var below = service.WithWebHostBuilder(builder => builder.ConfigureServices(
            services => services.AddSingleton<IStartupFilter>(new PathBase("/lm"))));
        using var client = below.CreateClient(new() { AllowAutoRedirect = false });
        using var answer = await client.GetAsync(new Uri("/lm", UriKind.Relative));
        Assert.Equal("/lm/", answer.Headers.Location?.ToString());
        using var script = await client.GetAsync(new Uri("/lm/page/app.js", UriKind.Relative));
        Assert.Equal(HttpStatusCode.OK, script.StatusCode);
    }

    private sealed class PathBase(string path) : IStartupFilter
    {
        public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
        {
            app.UsePathBase(path);
            next(app);
        };
    }
}
