// Times of parts of a step, each by itself.
//
//   dotnet run -c Release --project benchmarks/Kernels -- --filter '*'
using BenchmarkDotNet.Running;
using Kernels;

BenchmarkSwitcher.FromAssembly(typeof(StepBenchmark).Assembly).Run(args, new KernelConfig());
