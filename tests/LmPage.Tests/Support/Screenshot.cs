using Microsoft.Playwright;

namespace LmPage.Tests.Support;

/// <summary>Pictures for the documents: written only with <c>SCREENSHOTS=1</c>.</summary>
internal static class Screenshot
{
    public static bool IsWanted => Environment.GetEnvironmentVariable("SCREENSHOTS") == "1";

    /// <param name="visitor">Whose page to take.</param>
    /// <param name="path">Relative to <c>docs</c>.</param>
    public static Task TakeAsync(this Visitor visitor, string path) => visitor.Page.ScreenshotAsync(new()
    {
        Path = Path.Combine(Repository.Root, "docs", path),
        Animations = ScreenshotAnimations.Disabled,
        Caret = ScreenshotCaret.Hide,
    });
}
