using System.Reflection;
using System.Runtime.InteropServices;

namespace LmCli.Terminal;

/// <summary>Reports a failure to a person in one line.</summary>
internal static class Failure
{
    /// <summary>Environment variable: 1 adds the stack trace.</summary>
    public const string DebugVariable = "LM_DEBUG";

    /// <summary>Writes it to standard error.</summary>
    /// <returns>The exit code of the process.</returns>
    public static int Report(Exception exception)
    {
        try
        {
            Console.Error.WriteLine($"lm: {Describe(exception)}");
            if (Environment.GetEnvironmentVariable(DebugVariable) == "1")
            {
                Console.Error.WriteLine(exception);
            }
        }
        catch (IOException)
        {
            // Nobody reads standard error either.
        }

        return 1;
    }

    internal static string Describe(Exception exception)
    {
        var cause = Cause(exception);
        if (IsOutOfMemory(cause))
        {
            return "There is not enough memory. A smaller network, batch, window or vocabulary needs less, "
                + "and so does less text.";
        }

        var message = cause is ArgumentException { ParamName: { } name }
            ? cause.Message.Replace($" (Parameter '{name}')", "", StringComparison.Ordinal)
            : cause.Message;
        // The messages of these say what was given, where, and what to do; some list several problems, one per line.
        return IsMeantForReaders(cause)
            ? Printable.Text(message)
            : $"{cause.GetType().Name}: {Printable.Text(message.Split('\n')[0])} {DebugVariable}=1 shows where.";
    }

    private static bool IsMeantForReaders(Exception e) =>
        e is ArgumentException or IOException or InvalidDataException or UnauthorizedAccessException
            or InsufficientMemoryException
        || e.GetType().Assembly.GetName().Name is "lm" or "LmModel";

    private static bool IsOutOfMemory(Exception e) =>
        e is OutOfMemoryException and not InsufficientMemoryException
        // libtorch's allocator throws this kind for everything.
        || (e is ExternalException && e.Message.Contains("can't allocate memory", StringComparison.Ordinal));

    private static Exception Cause(Exception e) =>
        e is AggregateException or TargetInvocationException or TypeInitializationException
        && e.InnerException is { } inner
            ? Cause(inner)
            : e;
}
