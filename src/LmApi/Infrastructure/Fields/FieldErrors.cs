using System.Text.Json;
using LmApi.Infrastructure.Json;
using LmApi.Infrastructure.Problems;

namespace LmApi.Infrastructure.Fields;

/// <summary>Collects everything that is wrong with one body, so that it is all said at once.</summary>
internal sealed class FieldErrors
{
    /// <summary>Errors listed at most; a body can have a thousand unknown members.</summary>
    private const int MostListed = 64;

    private readonly List<FieldError> _errors = [];
    private int _count;

    public bool Any => _count > 0;

    public void Add(string path, string code, string message, JsonElement? given = null, FieldLimit? limit = null) =>
        Add(new()
        {
            Field = path,
            Code = code,
            Message = message,
            Limit = limit,
            Given = given is { } value ? Excerpt.Of(value) : null,
        });

    public void Add(FieldError error)
    {
        _count++;
        if (_count <= MostListed)
        {
            _errors.Add(error);
        }
    }

    /// <exception cref="ProblemException">422 with all errors, where there are any.</exception>
    public void ThrowIfAny()
    {
        if (!Any)
        {
            return;
        }

        var listed = _count > MostListed ? $"; the first {MostListed} are listed" : "";
        var detail = _count == 1 ? _errors[0].Message : $"{_count} things about the body are not valid{listed}.";
        throw new ProblemException(ProblemKind.InvalidRequest.With(detail) with { Errors = _errors });
    }
}
