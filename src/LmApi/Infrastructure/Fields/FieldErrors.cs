using System.Text.Json;
using LmApi.Infrastructure.Json;
using LmApi.Infrastructure.Problems;

namespace LmApi.Infrastructure.Fields;

/// <summary>Collects the errors of one body, so that all are reported at once.</summary>
internal sealed class FieldErrors
{
    /// <summary>Maximum number of errors that are listed; a body can have thousands of unknown members.</summary>
    public const int MostListed = 64;

    private readonly List<FieldError> _errors = [];

    /// <exception cref="ProblemException">
    /// 422, because there are already <see cref="MostListed"/> errors. The rest of the body is not read, so that no
    /// work is done for errors that nobody will see.
    /// </exception>
    public void Add(string path, string code, string message, JsonElement? given = null, FieldLimit? limit = null) =>
        Add(new()
        {
            Field = path,
            Code = code,
            Message = message,
            Limit = limit,
            Given = given is { } value ? Excerpt.Of(value) : null,
        });

    /// <inheritdoc cref="Add(string, string, string, JsonElement?, FieldLimit?)"/>
    public void Add(FieldError error)
    {
        if (_errors.Count == MostListed)
        {
            throw Invalid(
                $"The body has more than {MostListed} errors; the first {MostListed} are listed.");
        }

        _errors.Add(error);
    }

    /// <exception cref="ProblemException">422 with all errors, where there are any.</exception>
    public void ThrowIfAny()
    {
        if (_errors.Count > 0)
        {
            var several = $"The body has {_errors.Count} errors.";
            throw Invalid(_errors.Count == 1 ? _errors[0].Message : several);
        }
    }

    private ProblemException Invalid(string detail) =>
        new(ProblemKind.InvalidRequest.With(detail) with { Errors = _errors });
}
