using System.Globalization;
using LmApi.Infrastructure.Problems;
using LmModel.Keys;

namespace LmApi.Access;

/// <summary>Who sent a request, by key and by address, and what that may still use. A feature of the request.</summary>
/// <param name="key">Null where none is needed.</param>
/// <param name="ofAddress">The quotas of its address.</param>
/// <param name="ofKey">Those of its key.</param>
/// <param name="time">Clock.</param>
internal sealed class Caller(ApiKey? key, Quotas ofAddress, Quotas ofKey, TimeProvider time)
{
    private readonly Quota[] _tokens = [.. new[] { ofAddress.Tokens, ofKey.Tokens }.OfType<Quota>()];
    private bool _hasBegun;

    /// <summary>The name of its key.</summary>
    public string? Name => key?.Name;

    /// <summary>Identifies its key; a new key of the same name is another.</summary>
    public string? Identity => key?.Sha256;

    /// <summary>All its quotas; empty if nothing is limited.</summary>
    public IEnumerable<Quota> Quotas =>
        new[] { ofAddress.Requests, ofAddress.Tokens, ofKey.Requests, ofKey.Tokens }.OfType<Quota>();

    /// <summary>Counts a request.</summary>
    /// <param name="quota">Of the address or of the key; null for no limit.</param>
    /// <exception cref="ProblemException">429: too many.</exception>
    public static void TakeRequest(Quota? quota)
    {
        if (quota?.TryTakeOne() == false)
        {
            throw Refused(quota, "requests");
        }
    }

    /// <summary>Charges what a generation may cost; the rest is given back when it has ended.</summary>
    /// <remarks>
    /// A request begins while some tokens are left, and then may use more of them than there are: else one that asks
    /// for more than a minute's would never be answered, nor one with many texts.
    /// </remarks>
    /// <exception cref="ProblemException">429: the request has not begun, and no tokens are left.</exception>
    public void ChargeTokens(long cost)
    {
        if (!_hasBegun && Array.Find(_tokens, quota => quota.Wait > TimeSpan.Zero) is { } quota)
        {
            throw Refused(quota, "tokens");
        }

        _hasBegun = true;
        GiveBackTokens(-cost);
    }

    public void GiveBackTokens(long cost)
    {
        foreach (var quota in _tokens)
        {
            quota.Charge(-cost);
        }
    }

    /// <summary>
    /// Completes when some tokens are left: for requests that may take as long as they like, which are slowed down.
    /// </summary>
    public async Task WaitForTokensAsync(CancellationToken cancellation)
    {
        foreach (var quota in _tokens)
        {
            while (quota.Wait is var wait && wait > TimeSpan.Zero)
            {
                await Task.Delay(wait, time, cancellation);
            }
        }
    }

    private static ProblemException Refused(Quota quota, string what)
    {
        var seconds = Math.Max(1, (int)Math.Ceiling(quota.Wait.TotalSeconds));
        var whose = quota.Name.Split('-')[0] == "key" ? "This API key" : "This address";
        return new(ProblemKind.RateLimited.With(string.Create(
            CultureInfo.InvariantCulture,
            $"{whose} may use {quota.PerMinute} {what} a minute; retry in {seconds} s.")) with
        {
            RetryAfterSeconds = seconds,
        });
    }
}
