// What a training step costs: LmModel's Trainer beside a bare TorchSharp loop over nn.LSTM, in turn, in one process;
// the share that the step reaches of the machine's matrix-product rate; and where the rest goes.
//
//   dotnet run -c Release --project benchmarks/TrainingSpeed [rounds, 5]
using System.Globalization;
using LmModel.Networks;
using LmModel.Training.Settings;
using TrainingSpeed;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
var rounds = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 5;
var shape = new Shape(Vocabulary: 65, Embedding: 512, Hidden: 512, Layers: 2, Batch: 64, Window: 128, Steps: 6);
TorchRuntime.Initialize();
Console.WriteLine($"{shape}, {rounds} rounds, {Environment.ProcessorCount} cores");
var tokens = shape.Batch * shape.Window;
foreach (var arithmetic in Enum.GetValues<TrainingArithmetic>())
{
    var anatomy = new Anatomy(shape, arithmetic);
    var (speeds, bareSpeeds, products) = (new List<double>(), new List<double>(), new List<double>());
    for (var round = 0; round <= rounds; round++)
    {
        var (bare, trainer, rate) = (
            BareLoop.TokensPerSecond(shape), TrainerLoop.TokensPerSecond(shape, arithmetic), anatomy.ProductRate());
        if (round > 0)                                                        // the first warms up
        {
            (bareSpeeds, speeds, products) = ([.. bareSpeeds, bare], [.. speeds, trainer], [.. products, rate]);
        }
    }

    var flops = anatomy.Flops / tokens;
    Console.WriteLine();
    Console.WriteLine($"{arithmetic}, medians of {rounds} rounds, each ratio within its round");
    Console.WriteLine(
        $"  trainer                        {Numbers.Median(speeds),9:N0} tokens/s  "
            + $"{Numbers.Median(speeds) * flops / 1e9,5:N0} GFLOP/s");
    Console.WriteLine($"  bare loop over nn.LSTM, fp32   {Numbers.Median(bareSpeeds),9:N0} tokens/s");
    Console.WriteLine(
        $"  trainer to bare loop           {Numbers.Median(speeds.Zip(bareSpeeds, (a, b) => a / b)),9:F2}");
    Console.WriteLine($"  largest product of the step    {Numbers.Median(products) / 1e9,28:N0} GFLOP/s");
    Console.WriteLine(
        $"  share of it that a step reaches{Numbers.Median(speeds.Zip(products, (a, b) => a * flops / b)),9:P0}");
    var step = tokens / Numbers.Median(speeds);
    var rest = step;
    Console.WriteLine($"  a step                         {step * 1e3,9:N1} ms, of which alone");
    foreach (var (part, seconds) in anatomy.Parts())
    {
        Console.WriteLine($"    {part,-28} {seconds * 1e3,9:N1} ms  {seconds / step,5:P0}");
        rest -= seconds;
    }

    Console.WriteLine($"    {"the rest",-28} {rest * 1e3,9:N1} ms  {rest / step,5:P0}");
}
