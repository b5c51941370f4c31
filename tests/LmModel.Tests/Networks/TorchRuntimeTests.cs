using LmModel.Networks;
using TorchSharp;

namespace LmModel.Tests.Networks;

public class TorchRuntimeTests
{
    [Fact]
    public void Libtorch_loads_and_multiplies()
    {
        TorchRuntime.Initialize();

        using var scope = torch.NewDisposeScope();
        var a = torch.tensor(new float[] { 1, 2, 3, 4 }).reshape(2, 2);
        var product = torch.matmul(a, a);
        Assert.Equal([7f, 10f, 15f, 22f], product.data<float>().ToArray());
    }

    [Fact]
    public void Initializing_again_and_from_many_threads_is_harmless()
    {
        Parallel.For(0, 16, _ => TorchRuntime.Initialize());
        TorchRuntime.Initialize();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public void Fewer_than_one_thread_is_refused(int threads) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => TorchRuntime.Initialize(threads));
}
