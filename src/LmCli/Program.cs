using System.CommandLine;
using System.CommandLine.Help;
using System.Globalization;
using LmCli.Audit;
using LmCli.Bench;
using LmCli.Complete;
using LmCli.Evaluate;
using LmCli.Explain;
using LmCli.Generate;
using LmCli.Guard;
using LmCli.Keys;
using LmCli.Options;
using LmCli.Quantize;
using LmCli.Score;
using LmCli.ShellCompletion;
using LmCli.Terminal;
using LmCli.Train;
using LmCli.Units;

// Numbers are read and written in one format, whatever the culture of the machine, on every thread.
CultureInfo.CurrentCulture = CultureInfo.CurrentUICulture = CultureInfo.InvariantCulture;
CultureInfo.DefaultThreadCurrentCulture = CultureInfo.DefaultThreadCurrentUICulture = CultureInfo.InvariantCulture;
AppDomain.CurrentDomain.UnhandledException += (_, e) => Interruption.Exit(Failure.Report((Exception)e.ExceptionObject));

using var interruption = new Interruption();
var output = StandardOutput.Install(interruption);
try
{
    var root = new RootCommand("Trains, measures and runs recurrent language models.")
    {
        TrainCommand.Create(interruption),
        EvaluateCommand.Create(),
        BaselineCommand.Create(),
        QuantizeCommand.Create(),
        GuardCommand.Create(),
        AuditCommand.Create(),
        GenerateCommand.Create(),
        CompleteCommand.Create(),
        ScoreCommand.Create(),
        ExplainCommand.Create(),
        UnitsCommand.Create(),
        BenchCommand.Create(),
        KeyCommand.Create(),
        CompletionCommand.Create(),
    };
    foreach (var help in root.Options.OfType<HelpOption>())
    {
        // A prompt may be /h.
        help.Aliases.Remove("/h");
        help.Aliases.Remove("/?");
    }

    NumberOptions.ReadPlainly(root);
    var code = await CommandWords.Parse(root, args).InvokeAsync(
        new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null },
        interruption.Token);
    return output.Failure is null ? code : Failure.Report(output.Failure);
}
catch (OperationCanceledException) when (interruption.ExitCode is { } code)
{
    return output.Failure is null ? code : Failure.Report(output.Failure);
}
catch (Exception e)
{
    // All exceptions are caught: every failure is one line and exit code 1.
    return Failure.Report(e);
}
