using System.CommandLine;
using LmCli.Options;
using LmModel.Keys;

namespace LmCli.Keys;

/// <summary><c>lm key create|list|revoke</c>: who may use the service.</summary>
internal static class KeyCommand
{
    private static readonly Argument<string> Name = new("name")
    {
        Description = "Names the key in logs and in this command.",
        Validators =
        {
            name =>
            {
                if (ApiKey.NameProblem(name.GetValueOrDefault<string>()) is { } problem)
                {
                    name.AddError($"The name of a key {problem}.");
                }
            },
        },
    };

    private static readonly Option<string> File = new("--file")
    {
        Description = "The file of keys, which the service reads as Access:KeysFile.",
        DefaultValueFactory = _ => "keys.json",
    };

    private static readonly Option<int?> Days = AtLeastOne("--days", "The key expires after this many days.");

    private static readonly Option<int?> Requests = AtLeastOne(
        "--requests-per-minute", "Requests that the key may make in a minute.");

    private static readonly Option<int?> Tokens = AtLeastOne(
        "--tokens-per-minute", "Tokens of prompts and texts that the key may use in a minute.");

    public static Command Create()
    {
        var create = new Command("create", "Makes a key and prints it, once: only its hash is kept.")
        {
            Name, Days, Requests, Tokens, File,
        };
        create.SetAction(Add);
        var list = new Command("list", "Lists the keys of a file.") { File };
        list.SetAction(List);
        var revoke = new Command("revoke", "Removes a key. A running service refuses it within a second.")
        {
            Name, File,
        };
        revoke.SetAction(Revoke);
        return new Command("key", "Creates, lists and revokes API keys of the service.") { create, list, revoke };
    }

    private static int Add(ParseResult arguments)
    {
        var (name, file) = (arguments.GetRequiredValue(Name), arguments.GetRequiredValue(File));
        var text = KeyText.Create();
        var now = TimeProvider.System.GetUtcNow();
        now = now.AddTicks(-(now.Ticks % TimeSpan.TicksPerSecond));
        var key = new ApiKey
        {
            Name = name,
            Sha256 = Convert.ToHexStringLower(KeyText.Hash(text)),
            Created = now,
            Expires = arguments.GetValue(Days) is { } days ? now.AddDays(days) : null,
            RequestsPerMinute = arguments.GetValue(Requests),
            TokensPerMinute = arguments.GetValue(Tokens),
        };
        KeyFile.Change(file, keys => keys.Any(other => other.Name == name)
            ? throw new InvalidDataException($"{file} has a key named {name} already; lm key revoke {name} removes it.")
            : [.. keys, key]);
        Console.Error.WriteLine($"Recorded as {name} in {file}. The key is shown only now:");
        Console.WriteLine(text);
        return 0;
    }

    private static int List(ParseResult arguments)
    {
        foreach (var line in KeyTable.Lines(KeyFile.Open(arguments.GetRequiredValue(File)), TimeProvider.System))
        {
            Console.WriteLine(line);
        }

        return 0;
    }

    private static int Revoke(ParseResult arguments)
    {
        var (name, file) = (arguments.GetRequiredValue(Name), arguments.GetRequiredValue(File));
        KeyFile.Change(file, keys => keys.Any(key => key.Name == name)
            ? [.. keys.Where(key => key.Name != name)]
            : throw new InvalidDataException($"{file} has no key named {name}; lm key list shows those it has."));
        Console.WriteLine($"Removed {name} from {file}.");
        return 0;
    }

    /// <summary>A century of days is as good as for ever, and within the calendar.</summary>
    private static Option<int?> AtLeastOne(string name, string description) =>
        new Option<int?>(name) { Description = $"{description} Default: no limit." }.Refuse(value =>
            value < 1 ? $"must be at least 1, not {value}."
            : name == "--days" && value > 36_500 ? $"must be at most 36500, not {value}."
            : null);
}
