using System.Globalization;

namespace KernelGen.Text;

/// <summary>
/// Reads numbers of JSON as Hugging Face's library does, whose reader (Rust's serde_json) is faster than exact: the digits become a whole number, which is
/// multiplied or divided by a power of ten, so that the last bit may differ from the nearest number. Where two ways to cut a text score the same but for
/// rounding, that bit decides between them.
/// </summary>
internal static class ScoreNumber
{
    private const int GreatestPower = 308;

    private static readonly double[] Powers =
        [.. Enumerable.Range(0, GreatestPower + 1).Select(static power => double.Parse($"1e{power}", CultureInfo.InvariantCulture))];

    /// <summary>Reads a number.</summary>
    /// <param name="digits">A number of valid JSON.</param>
    /// <param name="number">The number.</param>
    /// <returns>Whether it is finite.</returns>
    public static bool TryRead(ReadOnlySpan<byte> digits, out double number)
    {
        ulong whole = 0;
        long exponent = 0;
        bool isFraction = false;
        bool isFull = false;
        int position = digits[0] == '-' ? 1 : 0;
        for (; position < digits.Length && digits[position] is (>= (byte)'0' and <= (byte)'9') or (byte)'.'; position++)
        {
            if (digits[position] == '.')
            {
                isFraction = true;
                continue;
            }

            // What no longer fits is left out, and counts only before the point.
            uint digit = digits[position] - (uint)'0';
            isFull |= whole > (ulong.MaxValue - digit) / 10;
            whole = isFull ? whole : (whole * 10) + digit;
            exponent += isFull == isFraction ? 0 : isFull ? 1 : -1;
        }

        if (position < digits.Length)
        {
            exponent += long.TryParse(digits[(position + 1)..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long written)
                ? Math.Clamp(written, -int.MaxValue, int.MaxValue)
                : digits[position + 1] == '-' ? -int.MaxValue : int.MaxValue;
        }

        double value = whole;
        while (exponent < -GreatestPower && value != 0)
        {
            value /= Powers[GreatestPower];
            exponent += GreatestPower;
        }

        if (value != 0)
        {
            value = exponent > GreatestPower ? double.PositiveInfinity : exponent >= 0 ? value * Powers[exponent] : value / Powers[-exponent];
        }

        number = digits[0] == '-' ? -value : value;
        return double.IsFinite(number);
    }
}
