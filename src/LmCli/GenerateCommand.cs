using System.CommandLine;
namespace LmCli;
internal static class GenerateCommand { public static Command Create() => new("generate"); }
