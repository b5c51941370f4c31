namespace LmPage.Tests.Support;

/// <summary>One service with models/fairy-tales for all tests of a class.</summary>
public sealed class SharedService : IAsyncLifetime
{
    public PageService Service { get; private set; } = null!;

    public Uri Address => Service.Address;

    public async ValueTask InitializeAsync() => Service = await PageService.StartAsync();

    public ValueTask DisposeAsync() => Service.DisposeAsync();
}
