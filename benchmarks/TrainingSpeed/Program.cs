// What the trainer costs beyond the network: the same LSTM, batch and optimizer, once through LmModel's Trainer and once
// in a bare TorchSharp loop, in turn, in one process. Prints tokens/s of both and the ratio of each round.
//
//   dotnet run -c Release --project benchmarks/TrainingSpeed
using System.Globalization;
using LmModel.Networks;
using TrainingSpeed;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
const int rounds = 5;
var shape = new Shape(Vocabulary: 65, Embedding: 512, Hidden: 512, Layers: 2, Batch: 64, Window: 128, Steps: 6);
TorchRuntime.Initialize();
Console.WriteLine($"{shape}, {rounds} rounds, {Environment.ProcessorCount} cores");

var ratios = new List<double>();
for (var round = 0; round <= rounds; round++)
{
    var bare = BareLoop.TokensPerSecond(shape);
    var trainer = TrainerLoop.TokensPerSecond(shape);
    if (round == 0)
    {
        continue;   // warms up
    }

    ratios.Add(trainer / bare);
    Console.WriteLine($"round {round}: bare {bare:N0} tokens/s, trainer {trainer:N0} tokens/s, ratio {trainer / bare:F3}");
}

Console.WriteLine($"median ratio {Numbers.Median(ratios):F3}");
