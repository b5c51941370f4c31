using System.CommandLine;
using LmCli;
using LmCli.Bench;
using LmModel.Checkpoints;
using LmModel.Networks;
using LmModel.Tokenization;
using LmModel.Training;

var root = new RootCommand("Trains, measures and runs recurrent language models.")
{
    TrainCommand.Create(),
    EvaluateCommand.Create(),
    BaselineCommand.Create(),
    QuantizeCommand.Create(),
    GenerateCommand.Create(),
    BenchCommand.Create(),
};

try
{
    return await root.Parse(args).InvokeAsync(new InvocationConfiguration
    {
        EnableDefaultExceptionHandler = false,
        // Ctrl-C lets a training finish its step and save before the process ends.
        ProcessTerminationTimeout = TimeSpan.FromMinutes(2),
    });
}
catch (Exception e) when (e is CorpusException or ModelFolderException or TorchUnavailableException or TrainingException
                              or UnknownCharacterException or InvalidDataException or ArgumentException or IOException
                              or UnauthorizedAccessException)
{
    await Console.Error.WriteLineAsync($"lm: {e.Message}");
    return 1;
}
catch (OperationCanceledException)
{
    return 130;
}
