using System.CommandLine;
using System.CommandLine.Parsing;
using LmCli.Bench.Load;
using LmCli.Bench.Measures;
using LmCli.Bench.Peers;
using LmCli.Train;
using LmModel.Networks;
using static LmCli.Bench.BenchOptions;

namespace LmCli.Bench;

/// <summary>
/// <c>lm bench</c>: how fast tokens are generated, compared with the limits of the machine and with peers; or by a
/// service.
/// </summary>
internal static class BenchCommand
{
    public static Command Create() => Configure(new Command("bench", "Measures generation."), (_, _) => []);

    /// <summary>Gives a command the options and the run of <c>lm bench</c>.</summary>
    /// <param name="command">Receives them.</param>
    /// <param name="morePeers">Peers beyond those that TorchSharp has, of the measured network.</param>
    public static Command Configure(Command command, Func<ParseResult, BenchNetwork, IEnumerable<Peer>> morePeers)
    {
        command.Arguments.Add(Model);
        foreach (var option in (Option[])
            [
                    Hidden,
                    Layers,
                    Vocabulary,
                    CellKind.Option,
                    Save,
                    Streams,
                    Seconds,
                    Tokens,
                    PromptTokens,
                    Threads,
                    Kept,
                    Rounds,
                    NoPeers,
                    Url,
                    Clients,
                    Completions,
                    Typists,
                    Keystrokes,
                ]
        )
        {
            command.Options.Add(option);
        }

        command.Validators.Add(Validate);
        command.SetAction((arguments, cancellation) => RunAsync(arguments, morePeers, cancellation));
        return command;
    }

    private static async Task<int> RunAsync(
        ParseResult arguments,
        Func<ParseResult, BenchNetwork, IEnumerable<Peer>> morePeers,
        CancellationToken cancellation)
    {
        if (arguments.GetValue(Url) is { } url)
        {
            if (arguments.GetValue(Typists) is { } typists)
            {
                var typing = new TypingSettings
                {
                    Url = url,
                    Typists = typists,
                    Keystrokes = arguments.GetValue(Keystrokes),
                    Rounds = arguments.GetValue(Rounds),
                };
                await TypingRun.RunAsync(typing, Console.Out, cancellation);
                return 0;
            }

            var load = new LoadSettings
            {
                Url = url,
                Clients = arguments.GetValue(Clients),
                Tokens = arguments.GetValue(Tokens) ?? 500,
                PromptCharacters = arguments.GetValue(PromptTokens),
                Rounds = arguments.GetValue(Rounds),
                Completions = arguments.GetValue(Completions),
            };
            await LoadRun.RunAsync(load, Console.Out, cancellation);
            return 0;
        }

        if (arguments.GetValue(Save) is { } target)
        {
            OutputFolder.RequireFree(target, overwrite: true, advice: "");
        }

        var settings = Settings(arguments, morePeers);
        if (arguments.GetValue(Save) is { } folder)
        {
            settings.Network.Save(folder);
            return 0;
        }

        TorchRuntime.Initialize(settings.Threads);
        var result = await BenchRun.MeasureAsync(settings, Console.Error, cancellation);
        BenchReport.Write(Console.Out, settings, result);
        return 0;
    }

    private static BenchSettings Settings(
        ParseResult arguments,
        Func<ParseResult, BenchNetwork, IEnumerable<Peer>> morePeers)
    {
        var network = arguments.GetValue(Model) is { } folder
            ? BenchNetwork.Open(folder)
            : BenchNetwork.Random(
                (Cell?)CellKind.Read(arguments) ?? Cell.Lstm, arguments.GetValue(Hidden), arguments.GetValue(Layers),
                arguments.GetValue(Vocabulary));
        var tokens = arguments.GetValue(Tokens);
        return new BenchSettings
        {
            Network = network,
            Streams = arguments.GetRequiredValue(Streams),
            Budget = new Budget(tokens is null ? TimeSpan.FromSeconds(arguments.GetValue(Seconds) ?? 3) : null, tokens),
            PromptTokens = arguments.GetValue(PromptTokens),
            Precision = arguments.GetValue(Kept) ?? network.Precision,
            Threads = arguments.GetValue(Threads),
            Rounds = arguments.GetValue(Rounds),
            OpenPeers = () =>
                arguments.GetValue(NoPeers) ? [] : [.. TorchPeers(network), .. morePeers(arguments, network)],
        };
    }

    private static IEnumerable<Peer> TorchPeers(BenchNetwork network)
    {
        yield return new TorchModulePeer(network, batch: 1);
        if (network.Config.Cell is Cell.Lstm)
        {
            yield return new TorchCellPeer(network, batch: 1);
        }

        yield return new TorchModulePeer(network, batch: 128);
    }

    /// <summary>An option that would be read and ignored is refused.</summary>
    private static void Validate(CommandResult result)
    {
        bool Given(Option option) => result.GetResult(option) is { Implicit: false };
        void Refuse(IEnumerable<Option> options, string with)
        {
            foreach (var option in options.Where(Given))
            {
                result.AddError($"{option.Name} has no effect {with}.");
            }
        }

        Refuse(Given(Url) ? LocalOnly : UrlOnly, Given(Url) ? "with --url" : "without --url");
        if (Given(Url))
        {
            Refuse(Given(Typists) ? StreamsOnly : TypistsOnly, Given(Typists) ? "with --typists" : "without --typists");
        }

        if (result.GetResult(Model) is { Tokens.Count: > 0 })
        {
            Refuse(Given(Url) ? [Url] : Sizes, "with a model folder");
        }

        if (Given(Seconds))
        {
            Refuse([Tokens], "with --seconds");
        }
    }
}
