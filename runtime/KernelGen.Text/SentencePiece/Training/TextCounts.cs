using System.Runtime.InteropServices;

namespace KernelGen.Text;

/// <summary>Texts, each once, with how often it is there, and whether always the same follows it.</summary>
internal sealed class TextCounts
{
    private readonly Dictionary<string, int> _indices = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _lookup;
    private readonly List<Entry> _entries = [];

    public TextCounts() => _lookup = _indices.GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>The texts with their indices.</summary>
    public IReadOnlyDictionary<string, int> Indices => _indices;

    /// <summary>Counts a text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="weight">How often it is there.</param>
    /// <returns>Its index.</returns>
    public int Add(ReadOnlySpan<char> text, long weight)
    {
        ref int index = ref CollectionsMarshal.GetValueRefOrAddDefault(_lookup, text, out bool exists);
        if (!exists)
        {
            index = _entries.Count;
            _entries.Add(default);
        }

        CollectionsMarshal.AsSpan(_entries)[index].Weight += weight;
        return index;
    }

    /// <summary>How often a text is there.</summary>
    public long WeightOf(int index) => _entries[index].Weight;

    /// <summary>What follows a text, or <see langword="null"/> where it is not always the same.</summary>
    public long? FollowerOf(int index) => _entries[index].IsFreelyFollowed ? null : _entries[index].Follower;

    /// <summary>Says what follows a text somewhere.</summary>
    /// <param name="index">The text.</param>
    /// <param name="follower">A number for what follows it; <see langword="null"/> for different things.</param>
    public void Follow(int index, long? follower)
    {
        ref Entry entry = ref CollectionsMarshal.AsSpan(_entries)[index];
        entry.IsFreelyFollowed |= follower is null || (entry.IsFollowed && entry.Follower != follower);
        entry.IsFollowed = true;
        entry.Follower = follower ?? 0;
    }

    private struct Entry
    {
        public long Weight;
        public long Follower;
        public bool IsFollowed;
        public bool IsFreelyFollowed;
    }
}
