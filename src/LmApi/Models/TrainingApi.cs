using System.Text.Json;
using LmApi.Infrastructure;
using LmApi.Infrastructure.OpenApi;
using Microsoft.AspNetCore.Http.HttpResults;

namespace LmApi.Models;

/// <summary><c>GET /model/training</c>: the curves that <c>lm train</c> has logged.</summary>
internal static class TrainingApi
{
    private const string LogName = "training.jsonl";

    public static void MapTraining(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/model/training", ReadAsync)
            .WithName("getTraining")
            .WithTags("Model")
            .WithSummary("Describe the training")
            .WithDescription(
                $"Returns what `lm train` reported while it trained the model, from the `{LogName}` of its folder, no "
                    + "points if it has none.")
            .WithResponse<TrainingResponse>(ModelDocs.Training)
            .WithProblems();

    private static async Task<JsonHttpResult<TrainingResponse>> ReadAsync(
        ModelHost host, CancellationToken cancellation)
    {
        var path = Path.Combine(host.Model.Folder.Path, LogName);
        var points = new List<TrainingPointResponse>();
        var lines = File.Exists(path) ? File.ReadLinesAsync(path, cancellation) : AsyncEnumerable.Empty<string>();
        await foreach (var line in lines)
        {
            // A training that was killed may have left half a line at the end.
            if (Point(line) is { } point)
            {
                points.Add(point);
            }
        }

        return Answers.Json(new TrainingResponse { Points = points }, ModelJson.Wire.TrainingResponse);
    }

    private static TrainingPointResponse? Point(string line)
    {
        try
        {
            return JsonSerializer.Deserialize(line, ModelJson.Wire.TrainingPointResponse);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

/// <summary>How the model was trained.</summary>
internal sealed record TrainingResponse
{
    /// <summary>In the order of the training.</summary>
    public required IReadOnlyList<TrainingPointResponse> Points { get; init; }
}

/// <summary>A report of the training.</summary>
internal sealed record TrainingPointResponse
{
    /// <summary>Steps so far.</summary>
    public required int Step { get; init; }

    /// <summary>Epochs so far.</summary>
    public required double Epoch { get; init; }

    /// <summary>Mean loss of a token since the report before, in nats.</summary>
    public double? Loss { get; init; }

    /// <summary>Loss of a token of the validation text, in nats; absent where it was not measured.</summary>
    public double? ValidationLoss { get; init; }

    /// <summary>The learning rate of the last step.</summary>
    public double? LearningRate { get; init; }
}
