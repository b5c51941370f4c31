// Type in a terminal, with the rest of the word in grey: Tab takes it, Enter ends the line, Ctrl-C leaves.
//
//     dotnet run --project examples/TypeAhead -- models/fairy-tales
//
// It opens the model in this process. The last completion is abandoned as soon as another key is pressed.
using LmModel;

if (args.Length != 1)
{
    Console.Error.WriteLine("Usage: TypeAhead MODEL, such as models/fairy-tales");
    return 1;
}

using var model = TextModel.Open(args[0]);
if (Console.IsInputRedirected)
{
    await CompleteLinesAsync(model);
    return 0;
}

var (text, ghost) = ("", "");
while (true)
{
    using var abandoned = new CancellationTokenSource();
    var completing = model.CompleteAsync(text, new() { Count = 1 }, abandoned.Token);
    while (!Console.KeyAvailable && !completing.IsCompleted)
    {
        await Task.Delay(1);
    }

    // A letter that the model does not know cannot be completed, but it can be typed.
    ghost = completing.IsCompletedSuccessfully && completing.Result is [var best, ..] ? best.Insert : "";
    Show(text, ghost);
    var key = Console.ReadKey(intercept: true);
    await abandoned.CancelAsync();
    await completing.ContinueWith(_ => { }, TaskScheduler.Default);
    text = key.Key switch
    {
        ConsoleKey.Tab => text + ghost,
        ConsoleKey.Backspace => text.Length > 0 ? text[..^1] : text,
        ConsoleKey.Enter => text + "\n",
        _ => char.IsControl(key.KeyChar) ? text : text + key.KeyChar,
    };
    if (key.Key is ConsoleKey.Enter)
    {
        Show(text.TrimEnd('\n'), "");
        Console.WriteLine();
    }
}

// Draws the last line of the text, and what may follow it up to the end of the line in grey.
static void Show(string text, string ghost)
{
    var line = text[(text.LastIndexOf('\n') + 1)..];
    var width = Math.Max(20, Console.WindowWidth - 1);
    var shown = line.Length > width / 2 ? line[^(width / 2)..] : line;
    var rest = ghost.Split('\n')[0];
    Console.Write($"\r\e[K{shown}\e[s\e[90m{rest[..Math.Min(rest.Length, width - shown.Length)]}\e[0m\e[u");
}

// For pipes and tests: each line of the input is completed, and the three best completions are printed.
static async Task CompleteLinesAsync(TextModel model)
{
    while (await Console.In.ReadLineAsync() is { } line)
    {
        var completions = await model.CompleteAsync(line);
        Console.WriteLine(string.Join(" | ", completions.Select(c => $"{c.Text} {c.Probability:P0}")));
    }
}
