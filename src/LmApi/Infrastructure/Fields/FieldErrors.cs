using System.Text.Json;
using LmApi.Infrastructure.Json;
using LmApi.Infrastructure.Problems;

namespace LmApi.Infrastructure.Fields;

/// <summary>Collects what is wrong with one body, so that it is all said at once.</summary>
internal sealed class FieldErrors
{
    /// <summary>The most errors that are listed; a body can have thousands of unknown members.</summary>
    public const int MostListed = 64;

    private readonly List<FieldError> _errors = [];

    /// <exception cref="ProblemException">
    /// 422, as <see cref="MostListed"/> errors are there already. The rest of the body is not looked at: whatever it
    /// holds, no work is done for errors that nobody will see.
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
                $"More than {MostListed} things about the body are not valid; the first {MostListed} are listed.");
        }

        _errors.Add(error);
    }

    /// <exception cref="ProblemException">422 with all errors, where there are any.</exception>
    public void ThrowIfAny()
    {
        if (_errors.Count > 0)
        {
            var several = $"{_errors.Count} things about the body are not valid.";
            throw Invalid(_errors.Count == 1 ? _errors[0].Message : several);
        }
    }

    private ProblemException Invalid(string detail) =>
        new(ProblemKind.InvalidRequest.With(detail) with { Errors = _errors });
}
