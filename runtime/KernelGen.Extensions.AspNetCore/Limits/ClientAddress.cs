using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Http;

namespace KernelGen.Extensions.AspNetCore;

/// <summary>Tells clients apart by their addresses.</summary>
internal static class ClientAddress
{
    /// <summary>The bytes of an IPv6 address that name a network; the rest a client chooses as it likes.</summary>
    private const int NetworkBytes = 8;

    /// <summary>The address of whoever sent a request; of IPv6, its network.</summary>
    public static IPAddress Of(HttpContext context)
    {
        IPAddress address = context.Connection.RemoteIpAddress ?? IPAddress.None;
        if (address.IsIPv4MappedToIPv6)
        {
            return address.MapToIPv4();
        }

        if (address.AddressFamily != AddressFamily.InterNetworkV6)
        {
            return address;
        }

        byte[] bytes = address.GetAddressBytes();
        bytes.AsSpan(NetworkBytes).Clear();
        return new IPAddress(bytes);
    }
}
