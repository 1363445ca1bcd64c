using KernelGen.Execution;

namespace KernelGen.Decoding;

/// <summary>The tokens of the sources that are searched for, for rules that look at them. Belongs to a search, whose calls reuse its arrays.</summary>
internal sealed class SourceTokens
{
    private int[] _tokens = [];
    private int[] _lengths = [];
    private int _room;

    /// <summary>Makes room for sources of any length that the model takes.</summary>
    /// <param name="model">The declared limits.</param>
    /// <param name="places">The number of places.</param>
    public void Begin(ModelDescription model, int places)
    {
        _room = model.MaxSourceLength;
        ReusedArray.Take(ref _tokens, places * _room);
        ReusedArray.Take(ref _lengths, places);
    }

    /// <summary>Copies a source into a place.</summary>
    public void Set(int place, ReadOnlySpan<int> tokens)
    {
        tokens.CopyTo(_tokens.AsSpan(place * _room, _room));
        _lengths[place] = tokens.Length;
    }

    /// <summary>The source in a place.</summary>
    public ReadOnlySpan<int> Of(int place) => _tokens.AsSpan(place * _room, _lengths[place]);
}
