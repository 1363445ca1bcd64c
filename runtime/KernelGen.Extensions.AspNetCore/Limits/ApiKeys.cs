using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace KernelGen.Extensions.AspNetCore;

/// <summary>The keys of which a request must have one, where there are any: in <c>Authorization: Bearer</c>, or in a field of its body.</summary>
public sealed class ApiKeys
{
    private const string Scheme = "Bearer ";

    private readonly byte[][] _hashes;

    /// <summary>Keeps hashes of keys.</summary>
    /// <param name="keys">The keys; none where requests need none.</param>
    /// <exception cref="ArgumentNullException">There is no list.</exception>
    public ApiKeys(IEnumerable<string> keys)
    {
        ArgumentNullException.ThrowIfNull(keys);
        _hashes = [.. keys.Select(Hash)];
    }

    /// <summary>Whether a request needs one.</summary>
    public bool AreRequired => _hashes.Length > 0;

    /// <summary>The answer to a request that has none: status 403, which says where a key goes.</summary>
    public static ProblemHttpResult Refusal() => TypedResults.Problem(
        "Send a key of this service as api_key, or as Authorization: Bearer.", statusCode: StatusCodes.Status403Forbidden, title: "Invalid API key.");

    /// <summary>Whether a request may go on.</summary>
    /// <param name="context">The request.</param>
    /// <param name="key">The key in its body, where there is one.</param>
    public bool Admit(HttpContext context, string? key = null)
    {
        ArgumentNullException.ThrowIfNull(context);
        if (!AreRequired)
        {
            return true;
        }

        string? header = context.Request.Headers.Authorization;
        byte[] hash = Hash(!string.IsNullOrEmpty(key) ? key : header?.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) == true ? header[Scheme.Length..] : "");

        // Each comparison takes the same time, and so do all of them.
        bool isOne = false;
        foreach (byte[] known in _hashes)
        {
            isOne |= CryptographicOperations.FixedTimeEquals(known, hash);
        }

        return isOne;
    }

    private static byte[] Hash(string key) => SHA256.HashData(Encoding.UTF8.GetBytes(key));
}
