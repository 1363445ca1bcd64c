using System.Globalization;
using System.Text;

namespace KernelGen.Packing;

/// <summary>Numbers of slots of a recipe, compared by value and written as ranges, <c>4-9,12</c>: which layers of a model have 4-bit weights.</summary>
internal sealed class SlotSet : IEquatable<SlotSet>
{
    private readonly int[] _numbers;

    /// <param name="numbers">The numbers, ascending.</param>
    public SlotSet(params int[] numbers) => _numbers = numbers;

    /// <summary>No slot.</summary>
    public static SlotSet Empty { get; } = new();

    /// <summary>How many there are.</summary>
    public int Count => _numbers.Length;

    /// <summary>The numbers, ascending.</summary>
    public IReadOnlyList<int> Numbers => _numbers;

    /// <summary>Whether a slot is one of them.</summary>
    public bool Contains(int number) => Array.BinarySearch(_numbers, number) >= 0;

    /// <summary>Reads what <see cref="ToString"/> writes, and nothing else.</summary>
    /// <param name="text">The text.</param>
    /// <param name="slots">The number of slots that there are.</param>
    /// <returns><see langword="null"/> where it is no such text, or a number is no slot.</returns>
    public static SlotSet? TryParse(string text, int slots)
    {
        List<int> numbers = [];
        foreach (string range in text.Length == 0 ? [] : text.Split(','))
        {
            int dash = range.IndexOf('-', StringComparison.Ordinal);
            if (!int.TryParse(dash < 0 ? range : range[..dash], NumberStyles.None, CultureInfo.InvariantCulture, out int first)
                || !int.TryParse(range[(dash + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out int last)
                || last >= slots
                || (numbers.Count > 0 && first <= numbers[^1]))
            {
                return null;
            }

            for (int number = first; number <= last; number++)
            {
                numbers.Add(number);
            }
        }

        var set = new SlotSet([.. numbers]);
        return set.ToString() == text ? set : null;
    }

    /// <inheritdoc/>
    public bool Equals(SlotSet? other) => other is not null && _numbers.AsSpan().SequenceEqual(other._numbers);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as SlotSet);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        HashCode hash = default;
        foreach (int number in _numbers)
        {
            hash.Add(number);
        }

        return hash.ToHashCode();
    }

    /// <inheritdoc/>
    public override string ToString()
    {
        var text = new StringBuilder();
        for (int i = 0; i < _numbers.Length;)
        {
            int first = i++;
            while (i < _numbers.Length && _numbers[i] == _numbers[i - 1] + 1)
            {
                i++;
            }

            text.Append(text.Length == 0 ? "" : ",").Append(CultureInfo.InvariantCulture, $"{_numbers[first]}");
            if (i - first > 1)
            {
                text.Append(CultureInfo.InvariantCulture, $"-{_numbers[i - 1]}");
            }
        }

        return text.ToString();
    }
}
