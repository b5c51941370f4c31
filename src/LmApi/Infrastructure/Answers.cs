using System.Text.Json.Serialization.Metadata;
using LmApi.Infrastructure.Json;
using Microsoft.AspNetCore.Http.HttpResults;

namespace LmApi.Infrastructure;

/// <summary>JSON answers, written by <see cref="ApiJson.Wire"/>.</summary>
internal static class Answers
{
    public static JsonHttpResult<T> Json<T>(T value, int status = StatusCodes.Status200OK) =>
        TypedResults.Json(value, (JsonTypeInfo<T>)ApiJson.Wire.GetTypeInfo(typeof(T))!, statusCode: status);
}
