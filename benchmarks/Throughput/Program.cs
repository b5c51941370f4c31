// `lm bench` with ONNX Runtime among the peers, at one and two threads, for 1, 32 and 128 sequences. It takes the same
// options, and --onnx FILE for another export of the same network.
//
//   dotnet run -c Release --project benchmarks/Throughput -- --streams 1,32,128
using System.CommandLine;
using System.Globalization;
using LmCli.Bench;
using Throughput;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
var onnx = new Option<string?>("--onnx")
{
    Description = "Measure this ONNX file too; inputs tok, h, c and outputs p, h1, c1.",
};
var root = new RootCommand("Measures generation, ONNX Runtime included.") { onnx };
BenchCommand.Configure(root, (arguments, network) => OnnxPeers.Open(network, arguments.GetValue(onnx)));
return await root.Parse(args).InvokeAsync();
