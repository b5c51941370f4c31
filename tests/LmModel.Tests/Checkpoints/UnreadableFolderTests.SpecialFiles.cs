using System.Diagnostics;
using System.Net.Sockets;
using LmModel.Checkpoints;

namespace LmModel.Tests.Checkpoints;

public sealed partial class UnreadableFolderTests
{
    [Theory]
    [MemberData(nameof(Files))]
    public void A_folder_an_empty_file_or_a_broken_link_in_place_of_a_file_is_reported(string file)
    {
        var name = _folder[file];
        File.Delete(name);
        Directory.CreateDirectory(name);
        Assert.Equal([$"- {file}: is a folder, not a file"], Problems());
        Directory.Delete(name);

        File.WriteAllBytes(name, []);
        Assert.Contains("is empty", Assert.Single(Problems()));
        File.Delete(name);

        File.CreateSymbolicLink(name, _folder["elsewhere"]);
        Assert.Equal([$"- {file}: is a symbolic link to {_folder["elsewhere"]}, which is missing"], Problems());
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void A_link_to_a_file_is_followed(string file)
    {
        File.Move(_folder[file], _folder["elsewhere"]);
        File.CreateSymbolicLink(_folder["between"], _folder["elsewhere"]);
        File.CreateSymbolicLink(_folder[file], "between");
        Assert.Equal(_gru.Config, ModelFolder.Open(_folder.Path).Config);
    }

    [Theory]
    [MemberData(nameof(Files))]
    public async Task A_pipe_a_socket_or_a_device_is_refused_without_blocking(string file)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no such files in a folder.");
        var name = _folder[file];
        File.Delete(name);
        CreatePipe(name);
        await RefusedAsync();

        File.Move(name, _folder["pipe"]);
        File.CreateSymbolicLink(name, _folder["pipe"]);
        await RefusedAsync();

        File.Delete(name);
        using (var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
        {
            socket.Bind(new UnixDomainSocketEndPoint(name));
            await RefusedAsync();
        }

        foreach (var device in new[] { "/dev/zero", "/dev/null", "/dev/tty" })
        {
            File.Delete(name);
            File.CreateSymbolicLink(name, device);
            await RefusedAsync();
        }

        async Task RefusedAsync()
        {
            var problems = await Task.Run(Problems).WaitAsync(Hangs);
            Assert.Contains($"{file}: ", Assert.Single(problems));
            Assert.Contains("is not a regular file", problems[0]);
        }
    }

    [Fact]
    public async Task A_pipe_in_place_of_the_model_card_does_not_block()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no such files in a folder.");
        File.Delete(_folder["README.md"]);
        CreatePipe(_folder["README.md"]);
        Assert.Equal("", (await Task.Run(() => ModelFolder.Open(_folder.Path)).WaitAsync(Hangs)).Card);
    }

    private static void CreatePipe(string path)
    {
        using var process = Process.Start("mkfifo", [path]);
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }
}
