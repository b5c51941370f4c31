using LmApi.Infrastructure.Json;
using LmApi.Infrastructure.Problems;
using Microsoft.Net.Http.Headers;

namespace LmApi.Generation;

/// <summary>Reads the <c>Accept</c> header.</summary>
internal static class AnswerFormat
{
    private const string EventStream = "text/event-stream";
    private const string Json = "application/json";

    /// <summary>
    /// Whether to stream if the body does not say: yes, unless JSON has the higher quality or, at the same quality, is
    /// named while event streams only match a wildcard, as many JSON clients send.
    /// </summary>
    /// <exception cref="ProblemException">406 where neither is admitted.</exception>
    public static bool StreamsByDefault(HttpRequest request)
    {
        var accept = request.GetTypedHeaders().Accept;
        if (accept.Count == 0)
        {
            return true;
        }

        var stream = Weigh(accept, EventStream);
        var json = Weigh(accept, Json);
        if (stream.Quality <= 0 && json.Quality <= 0)
        {
            throw new ProblemException(
                ProblemKind.NotAcceptable.With(
                    $"This answers with {EventStream} or {Json}; given: Accept: "
                        + $"{Excerpt.Of(request.Headers.Accept.ToString())}."));
        }

        return stream.CompareTo(json) >= 0;
    }

    /// <summary>The quality that the most specific matching range gives a media type, and how specific it is.</summary>
    private static (double Quality, int Specificity) Weigh(IList<MediaTypeHeaderValue> accept, string mediaType)
    {
        var type = new MediaTypeHeaderValue(mediaType);
        return accept
            .Where(range => type.IsSubsetOf(Plain(range)))
            .Select(range => (Quality: range.Quality ?? 1, Specificity: Specificity(range)))
            .OrderByDescending(match => match.Specificity)
            .ThenByDescending(match => match.Quality)
            .FirstOrDefault();
    }

    private static int Specificity(MediaTypeHeaderValue range) =>
        range.MatchesAllTypes ? 1 : range.MatchesAllSubTypes ? 2 : 3;

    /// <summary>The range without parameters such as q and charset, which would narrow the match.</summary>
    private static MediaTypeHeaderValue Plain(MediaTypeHeaderValue range) => new(range.MediaType);
}
