using LmApi.Tests.Support;

namespace LmApi.Tests.Infrastructure;

/// <summary>The service started from a folder that is not its own.</summary>
public sealed class ElsewhereTests : IDisposable
{
    private static readonly Uri Model = new("/model", UriKind.Relative);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("lm-elsewhere-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task A_service_started_in_another_folder_finds_its_settings_and_its_model()
    {
        using var service = ServiceProcess.Start(["--urls=http://127.0.0.1:0"], folder: _folder.FullName);
        using var client = await service.ConnectAsync();
        var model = await client.GetStringAsync(Model);
        Assert.Contains("\"name\":\"fairy-tales\"", model, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_relative_model_path_is_resolved_from_the_folder_where_the_service_was_started()
    {
        var model = _folder.CreateSubdirectory("mine");
        foreach (var file in Directory.GetFiles(ServiceProcess.TinyModel))
        {
            File.Copy(file, Path.Combine(model.FullName, Path.GetFileName(file)));
        }

        using var service = ServiceProcess.Start(
            ["--urls=http://127.0.0.1:0", "--Model:Path=mine"], folder: _folder.FullName);
        using var client = await service.ConnectAsync();
        Assert.Contains("\"name\":\"mine\"", await client.GetStringAsync(Model), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_settings_file_a_request_has_one_log_line()
    {
        // A content root without appsettings.json.
        using var service = ServiceProcess.StartTiny($"--contentRoot={_folder.FullName}", "--Shutdown:DrainSeconds=0");
        using var client = await service.ConnectAsync();
        await client.GetStringAsync(Model);
        service.Terminate();
        await service.ExitCodeAsync();
        Assert.Single(service.Output, line => line.Contains("/model ", StringComparison.Ordinal));
        Assert.DoesNotContain(service.Output, line => line.Contains("Request starting", StringComparison.Ordinal));
    }
}
