using System.Text.Json;
using LmApi.Infrastructure.Problems;

namespace LmApi.Generation;

/// <summary>Another format in which <c>POST /generate</c> may be asked, recognised by its body.</summary>
internal interface IGenerateDialect
{
    bool Speaks(JsonElement body);

    /// <returns>What writes the answer, once the body has been read.</returns>
    /// <exception cref="ProblemException">The body is not valid.</exception>
    Func<Task> Parse(HttpContext http, JsonElement body);
}
