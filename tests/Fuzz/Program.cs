using Fuzz;
using SharpFuzz;

// Fuzz TARGET             runs under afl-fuzz
// Fuzz TARGET FILE…       runs each file once, such as a crash that was found
// Fuzz seeds FOLDER       writes a valid file or two for each target, to begin with
switch (args)
{
    case ["seeds", var folder]:
        Seeds.Write(folder);
        return 0;

    case [var name] when Targets.All.TryGetValue(name, out var target):
        Fuzzer.OutOfProcess.Run(stream => target(Bytes(stream)));
        return 0;

    case [var name, .. var files] when Targets.All.TryGetValue(name, out var target):
        foreach (var file in files)
        {
            target(File.ReadAllBytes(file));
            Console.WriteLine($"{file}: read or refused");
        }

        return 0;

    default:
        Console.Error.WriteLine("Fuzz TARGET [FILE…] or Fuzz seeds FOLDER");
        Console.Error.WriteLine($"targets: {string.Join(", ", Targets.All.Keys)}");
        return 1;
}

static byte[] Bytes(Stream stream)
{
    using var bytes = new MemoryStream();
    stream.CopyTo(bytes);
    return bytes.ToArray();
}
