namespace LmApi.Infrastructure.Problems;

/// <summary>
/// One way a request can fail: the stable code that clients switch on, with its HTTP status and title.
/// </summary>
internal sealed record ProblemKind(string Code, int Status, string Title, string Meaning)
{
    public static readonly ProblemKind MalformedJson = new(
        "malformed_json", 400, "Bad Request", "The body is not valid JSON; `position` says where.");

    public static readonly ProblemKind BadRequest = new(
        "bad_request", 400, "Bad Request", "The HTTP request itself is malformed.");

    public static readonly ProblemKind Unauthorized = new(
        "unauthorized", 401, "Unauthorized", "An API key is needed, or the one that was sent is not valid.");

    public static readonly ProblemKind NotFound = new(
        "not_found", 404, "Not Found", "Nothing is served at this path.");

    public static readonly ProblemKind ModelNotFound = new(
        "model_not_found", 404, "Not Found", "The service has no model of this name; it serves one.");

    public static readonly ProblemKind MethodNotAllowed = new(
        "method_not_allowed", 405, "Method Not Allowed", "The path does not support this method; see `Allow`.");

    public static readonly ProblemKind NotAcceptable = new(
        "not_acceptable", 406, "Not Acceptable", "`Accept` admits neither `text/event-stream` nor `application/json`.");

    public static readonly ProblemKind ClientTooSlow = new(
        "client_too_slow", 408, "Request Timeout", "The stream was not read for too long.");

    public static readonly ProblemKind RequestTimeout = new(
        "request_timeout", 408, "Request Timeout", "The body did not arrive in time.");

    public static readonly ProblemKind BodyTooLarge = new(
        "body_too_large", 413, "Content Too Large", "The body is larger than the service accepts.");

    public static readonly ProblemKind UnsupportedMediaType = new(
        "unsupported_media_type", 415, "Unsupported Media Type",
        "The body is not declared to be `application/json` in UTF-8, uncompressed.");

    public static readonly ProblemKind InvalidRequest = new(
        "invalid_request",
        422,
        "Unprocessable Content",
        "Members of the body are not valid; `errors` has all of them.");

    public static readonly ProblemKind Overloaded = new(
        "overloaded",
        429,
        "Too Many Requests",
        "The service is busy: the queue of requests, or the memory for bodies or neural caches, is full; retry "
            + "after `Retry-After` seconds.");

    public static readonly ProblemKind RateLimited = new(
        "rate_limited",
        429,
        "Too Many Requests",
        "The API key or the address has used its requests or tokens of a minute; retry after `Retry-After` seconds.");

    public static readonly ProblemKind GenerationFailed = new(
        "generation_failed", 500, "Internal Server Error", "The model failed while generating.");

    public static readonly ProblemKind Internal = new(
        "internal_error", 500, "Internal Server Error", "A bug in the service; `trace_id` identifies it in the logs.");

    public static readonly ProblemKind ShuttingDown = new(
        "shutting_down", 503, "Service Unavailable", "The service is stopping.");

    public static readonly IReadOnlyList<ProblemKind> All =
    [
        MalformedJson,
        BadRequest,
        Unauthorized,
        NotFound,
        ModelNotFound,
        MethodNotAllowed,
        NotAcceptable,
        ClientTooSlow,
        RequestTimeout,
        BodyTooLarge,
        UnsupportedMediaType,
        InvalidRequest,
        Overloaded,
        RateLimited,
        GenerationFailed,
        Internal,
        ShuttingDown,
    ];

    public Problem With(string detail) => new() { Code = Code, Status = Status, Title = Title, Detail = detail };
}
