using LmApi.Models;
using LmModel.Checkpoints;

namespace LmApi.Tests.Models;

public sealed class ModelPathTests : IDisposable
{
    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("lm-path-");

    private string Elsewhere => _root.CreateSubdirectory("elsewhere").FullName;

    public void Dispose() => _root.Delete(recursive: true);

    [Fact]
    public void A_relative_path_is_resolved_from_the_content_root_or_its_parents()
    {
        var model = _root.CreateSubdirectory("models/shakespeare").FullName;
        var content = _root.CreateSubdirectory("src/LmApi").FullName;
        Assert.Equal(model, ModelPath.Resolve("models/shakespeare", Elsewhere, content));
        Assert.Equal(model, ModelPath.Resolve("models/shakespeare", Elsewhere, _root.FullName));
    }

    [Fact]
    public void The_nearest_match_is_used()
    {
        _root.CreateSubdirectory("models/a");
        var near = _root.CreateSubdirectory("app/models/a").FullName;
        Assert.Equal(near, ModelPath.Resolve("models/a", Elsewhere, Path.Combine(_root.FullName, "app")));
    }

    [Fact]
    public void The_working_directory_is_searched_first()
    {
        _root.CreateSubdirectory("app/models/a");
        var here = _root.CreateSubdirectory("elsewhere/models/a").FullName;
        Assert.Equal(here, ModelPath.Resolve("models/a", Elsewhere, Path.Combine(_root.FullName, "app")));
    }

    [Fact]
    public void A_rooted_path_is_not_changed()
    {
        Assert.Equal(_root.FullName, ModelPath.Resolve(_root.FullName, Elsewhere, Path.GetTempPath()));
    }

    [Fact]
    public void A_file_is_reported_as_a_file_and_a_folder_of_the_same_name_is_preferred()
    {
        var file = Path.Combine(Elsewhere, "model.safetensors");
        File.WriteAllText(file, "");
        var resolved = ModelPath.Resolve("model.safetensors", Elsewhere, _root.FullName);
        Assert.Equal(file, resolved);
        Assert.EndsWith(
            $"is a file; give the folder that it is in, {Elsewhere}",
            Assert.Throws<ModelFolderException>(() => ModelFolder.Open(resolved)).Message,
            StringComparison.Ordinal);

        var folder = _root.CreateSubdirectory("model.safetensors").FullName;
        Assert.Equal(folder, ModelPath.Resolve("model.safetensors", Elsewhere, _root.FullName));
    }

    [Fact]
    public void A_missing_path_is_reported_with_the_places_that_were_searched()
    {
        var exception = Assert.Throws<ModelFolderException>(() =>
            ModelPath.Resolve("models/nowhere", Elsewhere, _root.FullName));
        Assert.Contains("Model:Path is 'models/nowhere'", exception.Message, StringComparison.Ordinal);
        Assert.Contains(Elsewhere, exception.Message, StringComparison.Ordinal);
        Assert.Contains(_root.FullName, exception.Message, StringComparison.Ordinal);
    }
}
