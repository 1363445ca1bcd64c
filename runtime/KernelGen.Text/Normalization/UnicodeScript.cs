namespace KernelGen.Text;

/// <summary>The script of each character (<see href="https://www.unicode.org/reports/tr24/">Unicode Standard Annex #24</see>), as SentencePiece tells them apart: Han, Hiragana and Katakana, of which Japanese words have all three, are one.</summary>
internal static partial class UnicodeScript
{
    /// <summary>What is of the script before it, such as combining marks.</summary>
    public const byte Inherited = 1;

    /// <summary>The script of a character.</summary>
    public static byte Of(int character)
    {
        ReadOnlySpan<uint> ranges = Ranges;
        int low = 0;
        int high = ranges.Length - 1;
        while (low < high)
        {
            int middle = (low + high + 1) / 2;
            if ((int)(ranges[middle] >> 8) <= character)
            {
                low = middle;
            }
            else
            {
                high = middle - 1;
            }
        }

        return (byte)ranges[low];
    }
}
