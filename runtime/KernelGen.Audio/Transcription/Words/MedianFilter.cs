namespace KernelGen.Audio;

/// <summary>Replaces each number by the median of those around it; at the ends the row goes on as its mirror image.</summary>
internal static class MedianFilter
{
    private const int Width = 7;
    private const int Radius = Width / 2;

    /// <summary>Filters a row. One that is too short for a mirror image stays as it is.</summary>
    /// <param name="row">The numbers.</param>
    /// <param name="filtered">Receives the medians of seven; as long as the row, and not the same memory.</param>
    public static void Apply(ReadOnlySpan<float> row, Span<float> filtered)
    {
        if (row.Length <= Radius)
        {
            row.CopyTo(filtered);
            return;
        }

        Span<float> around = stackalloc float[Width];
        for (int center = 0; center < row.Length; center++)
        {
            for (int i = 0; i < Width; i++)
            {
                int place = Math.Abs(center + i - Radius);
                around[i] = row[place < row.Length ? place : (2 * (row.Length - 1)) - place];
            }

            filtered[center] = Median(around);
        }
    }

    /// <summary>The median, by insertion: seven numbers are few. NaN counts as the highest.</summary>
    private static float Median(Span<float> numbers)
    {
        for (int i = 1; i < numbers.Length; i++)
        {
            float number = numbers[i];
            int place = i;
            while (place > 0 && (numbers[place - 1] > number || (float.IsNaN(numbers[place - 1]) && !float.IsNaN(number))))
            {
                numbers[place] = numbers[place - 1];
                place--;
            }

            numbers[place] = number;
        }

        return numbers[Radius];
    }
}
