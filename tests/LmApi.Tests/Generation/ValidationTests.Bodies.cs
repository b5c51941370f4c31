using System.Net.Http.Headers;
using System.Text;
using LmApi.Tests.Support;

namespace LmApi.Tests.Generation;

public sealed partial class ValidationTests
{
    [Theory]
    [InlineData("", 1, 1, 0)]
    [InlineData("{\"prompt\":\"a\"", 1, 14, 13)]
    [InlineData("{\"prompt\":\"é\",\n \"top_p\" 1}", 2, 10, 25)]
    [InlineData("{\"prompt\":\"é\" x}", 1, 15, 15)]
    [InlineData("{\"prompt\":NaN}", 1, 11, 10)]
    [InlineData("{} {}", 1, 4, 3)]
    public async Task Malformed_json_is_reported_with_its_position(string body, int line, int column, int offset)
    {
        var problem = await _service.RefusedAsync(400, "/generate", body);
        Assert.Equal("malformed_json", problem.Text("code"));
        var position = problem.GetProperty("position");
        Assert.Equal(
            (line, column, offset),
            (
                position.GetProperty("line").GetInt32(),
                position.GetProperty("column").GetInt32(),
                position.GetProperty("byte_offset").GetInt32()));
    }

    [Fact]
    public async Task Invalid_UTF_8_is_reported_as_malformed_json()
    {
        var content = new ByteArrayContent([.. "{\"prompt\":\""u8, 0xFF, .. "\"}"u8]);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        using var response = await _service.CreateClient().PostAsync(new Uri("/generate", UriKind.Relative), content);
        var problem = await response.ProblemAsync(400);
        Assert.Equal(11, problem.GetProperty("position").GetProperty("byte_offset").GetInt32());
    }

    [Fact]
    public async Task A_byte_order_mark_is_accepted()
    {
        using var response = await _service.PostAsync("/generate", "\uFEFF{\"prompt\":\"a\",\"stream\":false}");
        await response.JsonAsync(200);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_body_that_is_too_large_is_refused(bool chunked)
    {
        var body = $$"""{"prompt":"{{new string('a', 3000)}}"}""";
        using var request = new HttpRequestMessage(HttpMethod.Post, "/generate")
        {
            Content = new StringContent(body, Encoding.UTF8, "application/json"),
        };
        request.Headers.TransferEncodingChunked = chunked;
        using var response = await _service.CreateClient().SendAsync(request);
        Assert.Equal("body_too_large", (await response.ProblemAsync(413)).Text("code"));
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("application/json; charset=utf-16")]
    [InlineData("application/json; charset=utf-88")]
    [InlineData("application/json; charset=latin1")]
    [InlineData(null)]
    public async Task A_body_without_a_json_content_type_is_refused(string? contentType)
    {
        using var content = new ByteArrayContent("{\"prompt\":\"a\"}"u8.ToArray());
        content.Headers.ContentType = contentType is null ? null : MediaTypeHeaderValue.Parse(contentType);
        using var response = await _service.CreateClient().PostAsync(new Uri("/generate", UriKind.Relative), content);
        Assert.Equal("unsupported_media_type", (await response.ProblemAsync(415)).Text("code"));
    }

    [Theory]
    [InlineData("application/json")]
    [InlineData("application/json;charset=utf8")]
    [InlineData("application/json; charset=UTF8")]
    [InlineData("application/json; charset=\"utf-8\"")]
    [InlineData("application/json; charset=\"Utf8\"")]
    [InlineData("application/json; charset='utf-8'")]
    [InlineData("application/json; charset=utf_8")]
    [InlineData("Application/JSON; Charset=UTF-8; version=1")]
    [InlineData("application/vnd.api+json; charset=utf-8")]
    public async Task Every_spelling_of_utf_8_is_accepted(string contentType)
    {
        using var content = new ByteArrayContent("{\"prompt\":\"a\",\"stream\":false}"u8.ToArray());
        content.Headers.TryAddWithoutValidation("Content-Type", contentType);
        using var response = await _service.CreateClient().PostAsync(new Uri("/generate", UriKind.Relative), content);
        await response.JsonAsync(200);
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("br")]
    [InlineData("GZIP, identity")]
    [InlineData("identity, deflate")]
    [InlineData("zstd;q=1")]
    public async Task A_compressed_body_is_refused_with_the_supported_encoding(string encoding)
    {
        using var response = await PostEncodedAsync(encoding);
        var problem = await response.ProblemAsync(415);
        Assert.Equal("unsupported_media_type", problem.Text("code"));
        Assert.Contains(
            $"Content-Encoding: {encoding.Split(',')[0]}",
            problem.Text("detail"),
            StringComparison.Ordinal);
        Assert.Equal("identity", Assert.Single(response.Headers.GetValues("Accept-Encoding")));
    }

    [Theory]
    [InlineData("identity")]
    [InlineData("Identity, identity")]
    [InlineData("")]
    public async Task A_body_declared_as_uncompressed_is_accepted(string encoding)
    {
        using var response = await PostEncodedAsync(encoding);
        await response.JsonAsync(200);
    }

    [Fact]
    public async Task An_unsupported_response_type_is_not_acceptable()
    {
        using var response = await _service.PostAsync(
            "/generate",
            new { prompt = "a" },
            "text/html, application/json;q=0");
        Assert.Equal("not_acceptable", (await response.ProblemAsync(406)).Text("code"));
    }

    private async Task<HttpResponseMessage> PostEncodedAsync(string encoding)
    {
        using var content = new ByteArrayContent("{\"prompt\":\"a\",\"stream\":false}"u8.ToArray());
        content.Headers.ContentType = new("application/json");
        content.Headers.TryAddWithoutValidation("Content-Encoding", encoding);
        return await _service.CreateClient().PostAsync(new Uri("/generate", UriKind.Relative), content);
    }
}
