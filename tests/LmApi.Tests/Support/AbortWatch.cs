using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;

namespace LmApi.Tests.Support;

/// <summary>Tells when the service has noticed that a client went away.</summary>
internal sealed class AbortWatch : IStartupFilter
{
    private readonly Channel<bool> _aborted = Channel.CreateUnbounded<bool>();

    /// <summary>
    /// Ends when one more request has been aborted, and everything that waits for that has been told.
    /// </summary>
    public Task NextAsync() => _aborted.Reader.ReadAsync().AsTask();

    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        app.Use(async (http, rest) =>
        {
            // Registered first, so called last.
            http.RequestAborted.Register(() => _aborted.Writer.TryWrite(true));
            await rest(http);
        });
        next(app);
    };
}
