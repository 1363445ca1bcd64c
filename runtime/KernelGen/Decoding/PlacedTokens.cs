using System.Runtime.InteropServices;
using KernelGen.Execution;

namespace KernelGen.Decoding;

/// <summary>Target tokens of several places, which are decoded together, so that weights are read once.</summary>
internal sealed class PlacedTokens
{
    private readonly List<int> _tokens = [];
    private readonly List<int> _places = [];
    private readonly List<int> _counts = [];

    /// <summary>The number of tokens.</summary>
    public int Count => _tokens.Count;

    /// <summary>The places that have any.</summary>
    public IReadOnlyList<int> Places => _places;

    /// <summary>Adds the tokens of a place.</summary>
    /// <param name="place">The place.</param>
    /// <param name="tokens">Its tokens; there may be none.</param>
    public void Add(int place, ReadOnlySpan<int> tokens)
    {
        if (!tokens.IsEmpty)
        {
            _tokens.AddRange(tokens);
            _places.Add(place);
            _counts.Add(tokens.Length);
        }
    }

    /// <summary>Decodes all tokens, where there are any.</summary>
    public void Decode(Engine engine, Workspace workspace)
    {
        if (Count > 0)
        {
            engine.Decode(workspace, CollectionsMarshal.AsSpan(_tokens), CollectionsMarshal.AsSpan(_places), CollectionsMarshal.AsSpan(_counts));
        }
    }
}
