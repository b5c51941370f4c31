using Microsoft.AspNetCore.Http.HttpResults;

namespace LmApi.Page;

/// <summary>The page at <c>/</c>, where people write with the model: the files of <c>wwwroot</c>.</summary>
internal static class PageApi
{
    /// <summary>
    /// Scripts and styles of this service, and calls to it; no inline script or style, no plugin, no frame, and no text
    /// that becomes HTML.
    /// </summary>
    private const string Content =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'";

    /// <summary>The page is at <c>/</c>, what it loads in <c>/page</c>: no route of the API can be hidden by a file.</summary>
    public static void MapPage(this IEndpointRouteBuilder routes)
    {
        foreach (var file in PageFile.All)
        {
            var route = file.Name == "index.html" ? "/" : $"/page/{file.Name}";
            routes.MapGet(route, (HttpContext http) => Answer(http, file)).ExcludeFromDescription().AllowAnonymous();
        }
    }

    private static Results<RedirectHttpResult, FileContentHttpResult> Answer(HttpContext http, PageFile file)
    {
        // Links are relative, so that the page works below any path; they need the slash.
        if (!http.Request.Path.HasValue)
        {
            return TypedResults.Redirect($"{http.Request.PathBase}/{http.Request.QueryString}");
        }

        var (bytes, tag, coding) = file.For(http.Request.GetTypedHeaders().AcceptEncoding);
        var headers = http.Response.Headers;
        headers.ContentSecurityPolicy = Content;
        // Asked for again each time, and answered with 304 as long as it is the same.
        headers.CacheControl = "no-cache";
        headers.Vary = "Accept-Encoding";
        if (coding is not null)
        {
            headers.ContentEncoding = coding;
        }

        return TypedResults.Bytes(bytes, file.ContentType, entityTag: tag);
    }
}
