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
}
