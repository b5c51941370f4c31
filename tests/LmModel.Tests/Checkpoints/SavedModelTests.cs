using LmModel.Checkpoints;
using LmModel.Tokenization;

namespace LmModel.Tests.Checkpoints;

/// <summary>A model folder to save, spoil and open.</summary>
public abstract class SavedModelTests : IDisposable
{
    private protected TemporaryFolder Folder { get; } = new();

    private protected PyTorchFixture Gru { get; } = PyTorchFixture.Load("gru");

    public void Dispose()
    {
        Folder.Dispose();
        GC.SuppressFinalize(this);
    }

    private protected static TensorData Halves(string name, long[] shape, float[] values) => TensorData.Bytes(
        name, TensorType.F16, shape, values.SelectMany(w => BitConverter.GetBytes((Half)w)).ToArray());

    private protected static CharacterTokenizer Letters(string letters) => CharacterTokenizer.FromCorpus(letters);

    private protected void Save(PyTorchFixture fixture) =>
        ModelFolder.Save(Folder.Path, Letters("abcdefghijk"), fixture.Network, "# Card");

    private protected ModelFolder Open() => ModelFolder.Open(Folder.Path);

    private protected string[] Problems() => Assert.Throws<ModelFolderException>(Open).Message.Split('\n')[1..];
}
