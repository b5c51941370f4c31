using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;

namespace LmApi.Tests.Support;

/// <summary>Tells when the service has noticed that a client went away.</summary>
internal sealed class AbortWatch : IStartupFilter
{
    private readonly SemaphoreSlim _aborted = new(0);

    /// <summary>Ends when one more request has been aborted, and everything that waits for that has been told.</summary>
    public Task NextAsync() => _aborted.WaitAsync();

    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        app.Use(async (http, rest) =>
        {
            // Registered first, so called last.
            http.RequestAborted.Register(() => _aborted.Release());
            await rest(http);
        });
        next(app);
    };
}
