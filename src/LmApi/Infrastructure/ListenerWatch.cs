using Serilog.Core;
using Serilog.Events;

namespace LmApi.Infrastructure;

/// <summary>
/// Ends the process when it can no longer accept connections, so that its supervisor restarts it. Kestrel's accept loop
/// ends at any unexpected exception, such as lack of memory, and only logs it.
/// </summary>
/// <param name="services">For the lifetime, which itself has a logger: it cannot be asked for before the log is
/// there.</param>
internal sealed class ListenerWatch(IServiceProvider services) : ILogEventSink
{
    private const string Server = "Microsoft.AspNetCore.Server.Kestrel";

    public void Emit(LogEvent logEvent)
    {
        var source = logEvent.Properties.GetValueOrDefault(Constants.SourceContextPropertyName);
        if (logEvent.Level == LogEventLevel.Fatal && source is ScalarValue { Value: Server })
        {
            Environment.ExitCode = 1;
            services.GetRequiredService<IHostApplicationLifetime>().StopApplication();
        }
    }
}
