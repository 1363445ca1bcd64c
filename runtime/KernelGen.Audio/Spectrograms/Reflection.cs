namespace KernelGen.Audio;

/// <summary>Samples before the beginning and behind the end are those on the other side of the first and the last, as in a mirror.</summary>
internal static class Reflection
{
    /// <summary>Which sample stands at a place.</summary>
    /// <param name="place">The place; below 0, or from <paramref name="length"/> on, it is outside. Far outside it is reflected again and again.</param>
    /// <param name="length">How many samples there are, at least 1.</param>
    public static long Of(long place, long length)
    {
        if (length == 1)
        {
            return 0;
        }

        long period = 2 * (length - 1);
        long rest = place % period;
        rest += rest < 0 ? period : 0;
        return rest < length ? rest : period - rest;
    }
}
