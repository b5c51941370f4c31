using System.Text;
using LmApi.Infrastructure;
using LmApi.Infrastructure.Bodies;
using LmApi.Models;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace LmApi.Generation;

/// <summary>
/// Runs one small request through the real handler before any client sends one, so that the first client does not wait
/// while parsing, sampling and writing are compiled.
/// </summary>
internal static class GenerationRehearsal
{
    private static readonly byte[] Request = Encoding.UTF8.GetBytes(
        """{"prompt": "", "max_tokens": 1, "seed": 0, "stop": ["no text has this"], "logprobs": 1}""");

    public static Rehearse Create(IServiceProvider services) => (host, stopping) =>
    {
        var http = new DefaultHttpContext { RequestServices = services, RequestAborted = stopping };
        http.Request.Method = HttpMethods.Post;
        http.Request.ContentType = "application/json";
        http.Request.Body = new MemoryStream(Request);
        http.Response.Body = Stream.Null;

        // No client sent this request, so it is not logged.
        return GenerationApi.GenerateAsync(
            http,
            host,
            services.GetRequiredService<BodyReader>(),
            services.GetRequiredService<GenerationRequestParser>(),
                new StreamAnswer(
                    services.GetRequiredService<IOptions<GenerationOptions>>(),
                    services.GetRequiredService<IOptions<EngineOptions>>(),
                    services.GetRequiredService<TimeProvider>(),
                    NullLogger<StreamAnswer>.Instance),
            services.GetRequiredService<JsonAnswer>(),
            new Chance(),
            [],
            services.GetRequiredService<IOptions<HttpLimits>>(),
            NullLogger<StreamAnswer>.Instance);
    };
}
