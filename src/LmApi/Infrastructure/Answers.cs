using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http.HttpResults;

namespace LmApi.Infrastructure;

/// <summary>JSON answers.</summary>
internal static class Answers
{
    /// <param name="value">The answer.</param>
    /// <param name="type">How it is written, of the feature's own context.</param>
    /// <param name="status">The status.</param>
    public static JsonHttpResult<T> Json<T>(T value, JsonTypeInfo<T> type, int status = StatusCodes.Status200OK) =>
        TypedResults.Json(value, type, statusCode: status);
}
