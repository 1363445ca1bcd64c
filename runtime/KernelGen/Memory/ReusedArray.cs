namespace KernelGen.Execution;

/// <summary>Arrays that grow to the largest call they have served, so that a warm call allocates none.</summary>
internal static class ReusedArray
{
    /// <summary>Room for so many elements; what is in it is left from earlier calls.</summary>
    public static Span<T> Take<T>(ref T[] array, int length)
    {
        if (array.Length < length)
        {
            array = new T[length];
        }

        return array.AsSpan(0, length);
    }

    /// <summary>Makes room for so many elements, and for twice as many as there was room for where that is more; what is in the array stays.</summary>
    public static void Grow<T>(ref T[] array, int length)
    {
        if (array.Length < length)
        {
            Array.Resize(ref array, Math.Max(length, 2 * array.Length));
        }
    }
}
