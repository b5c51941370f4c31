using System.Net;
using Microsoft.Extensions.Options;

namespace LmApi.Access;

/// <summary>The quotas of every address, in memory that does not grow with their number.</summary>
/// <remarks>
/// An address has the quotas of its slot, which it shares with others where their hashes agree. The hash is random for
/// each process, so nobody can choose an address that shares another's. All addresses of an IPv6 /64, which is what one
/// customer of a provider gets at least, count as one.
/// </remarks>
internal sealed class AddressQuotas(IOptions<AccessOptions> options, TimeProvider time)
{
    public const int Slots = 1 << 16;

    private readonly bool _isOn = options.Value is { RequestsPerMinute: > 0 } or { TokensPerMinute: > 0 };
    private readonly Lazy<Quotas?[]> _slots = new(() => new Quotas?[Slots]);

    /// <param name="address">Of the client; null where it came through a Unix socket.</param>
    public Quotas Of(IPAddress? address)
    {
        if (!_isOn)
        {
            return Quotas.None;
        }

        ref var slot = ref _slots.Value[(uint)HashOf(address) % Slots];
        return Volatile.Read(ref slot)
            ?? Interlocked.CompareExchange(ref slot, New(), null)
            ?? slot!;
    }

    private Quotas New() =>
        Quotas.Of("address", options.Value.RequestsPerMinute, options.Value.TokensPerMinute, time);

    private static int HashOf(IPAddress? address)
    {
        var hash = default(HashCode);
        if (address is not null)
        {
            var bytes = (address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address).GetAddressBytes().AsSpan();
            hash.AddBytes(bytes.Length == 16 ? bytes[..8] : bytes);
        }

        return hash.ToHashCode();
    }
}
