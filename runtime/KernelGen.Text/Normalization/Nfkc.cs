using System.Buffers;
using System.Text;

namespace KernelGen.Text;

/// <summary>
/// Unicode normalisation form KC (compatibility decomposition, then canonical composition), as of Unicode 14.0.
/// <see href="https://www.unicode.org/reports/tr15/">Unicode Standard Annex #15</see>.
/// </summary>
/// <remarks>
/// <see cref="string.Normalize(NormalizationForm)"/> asks ICU, a native library, and so is not there in a program with invariant globalisation; its
/// result may differ from machine to machine with the version of ICU. This is the same everywhere. Characters that are not assigned in Unicode 14.0
/// and lone surrogates stay as they are.
/// </remarks>
public static class Nfkc
{
    private const int HangulFirstSyllable = 0xAC00;
    private const int HangulSyllables = HangulLeads * HangulBlock;
    private const int HangulFirstLead = 0x1100;
    private const int HangulLeads = 19;
    private const int HangulFirstVowel = 0x1161;
    private const int HangulVowels = 21;

    // One before the first trail consonant: trail 0 stands for none.
    private const int HangulNoTrail = 0x11A7;
    private const int HangulTrails = 28;
    private const int HangulBlock = HangulVowels * HangulTrails;

    // While text is decomposed, a character is one uint: its canonical combining class above its 21 bits, so that comparing the
    // upper part compares classes. Bits 29 to 31 are free.
    private const int ClassShift = 21;
    private const uint CharacterMask = (1u << ClassShift) - 1;

    /// <summary>Brings text into normalisation form KC.</summary>
    /// <param name="text">The text.</param>
    /// <returns>The normalised text: <paramref name="text"/> itself when it is normalised already.</returns>
    public static string Normalize(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        int start = FirstToNormalize(text);
        return start < 0 ? text : NormalizeFrom(text, start);
    }

    /// <summary>The compatibility decomposition of a character, in canonical order: what it is before anything is composed.</summary>
    /// <param name="character">The text of one character.</param>
    /// <returns>The decomposition, or <see langword="null"/> where the character is its own.</returns>
    internal static string? Decompose(string character)
    {
        var characters = new RentedBuffer<uint>(character.Length);
        try
        {
            Decompose(character, 0, ref characters);
            string decomposition = Write("", 0, characters.Items);
            return decomposition == character ? null : decomposition;
        }
        finally
        {
            characters.Dispose();
        }
    }

    /// <summary>The start of the part of a text that may not be normalised: at a character that does not combine with what stands before it; -1 when all is.</summary>
    private static int FirstToNormalize(string text)
    {
        int boundary = 0;
        int lastClass = 0;
        for (int i = 0; i < text.Length;)
        {
            char c = text[i];
            if (IsAlwaysNormal(c))
            {
                boundary = i++;
                lastClass = 0;
                continue;
            }

            int character = CharacterAt(text, i, out int length);
            NfkcTable.Entry entry = NfkcTable.Shared.Lookup(character);
            if (!entry.IsNormalAlone || (entry.CombiningClass != 0 && entry.CombiningClass < lastClass))
            {
                return boundary;
            }

            if (entry.CombiningClass == 0)
            {
                boundary = i;
            }

            lastClass = entry.CombiningClass;
            i += length;
        }

        return -1;
    }

    /// <summary>Whether a character neither changes nor combines, known without the table: most of what is written in the world's larger scripts.</summary>
    private static bool IsAlwaysNormal(char c) =>
        c < 0xA0
        || (c >= 0x3400 && c <= 0x4DBF)  // Chinese characters, extension A
        || (c >= 0x4E00 && c <= 0x9FFF)  // Chinese characters
        || (c >= 0x3001 && c <= 0x3029)  // Chinese and Japanese punctuation
        || (c >= 0x3041 && c <= 0x3096)  // Hiragana
        || (c >= 0x30A1 && c <= 0x30FE)  // Katakana
        || (c >= 0x410 && c <= 0x44F)    // Cyrillic letters
        || (c >= HangulFirstSyllable && c < HangulFirstSyllable + HangulSyllables);

    private static string NormalizeFrom(string text, int start)
    {
        int length = text.Length - start;
        var characters = new RentedBuffer<uint>(length + (length / 4));
        try
        {
            Decompose(text, start, ref characters);
            SortCombiningCharacters(characters.Items);
            int count = Compose(characters.Items);
            return Write(text, start, characters.Items[..count]);
        }
        finally
        {
            characters.Dispose();
        }
    }

    private static void Decompose(string text, int start, ref RentedBuffer<uint> characters)
    {
        NfkcTable table = NfkcTable.Shared;
        for (int i = start; i < text.Length;)
        {
            int character = CharacterAt(text, i, out int length);
            i += length;
            if (character - HangulFirstSyllable is >= 0 and < HangulSyllables and int syllable)
            {
                characters.Add((uint)(HangulFirstLead + (syllable / HangulBlock)));
                characters.Add((uint)(HangulFirstVowel + (syllable % HangulBlock / HangulTrails)));
                if (syllable % HangulTrails != 0)
                {
                    characters.Add((uint)(HangulNoTrail + (syllable % HangulTrails)));
                }

                continue;
            }

            NfkcTable.Entry entry = table.Lookup(character);
            if (!entry.HasDecomposition)
            {
                characters.Add((uint)character | ((uint)entry.CombiningClass << ClassShift));
                continue;
            }

            ReadOnlySpan<char> decomposition = table.Decomposition(entry);
            for (int k = 0; k < decomposition.Length;)
            {
                int part = CharacterAt(decomposition, k, out int partLength);
                characters.Add((uint)part | ((uint)table.Lookup(part).CombiningClass << ClassShift));
                k += partLength;
            }
        }
    }

    /// <summary>Puts each run of combining characters in the order of their classes; characters of the same class stay in order.</summary>
    private static void SortCombiningCharacters(Span<uint> characters)
    {
        for (int i = 0; i < characters.Length; i++)
        {
            if (characters[i] >> ClassShift == 0)
            {
                continue;
            }

            int end = i + 1;
            bool sorted = true;
            for (; end < characters.Length && characters[end] >> ClassShift != 0; end++)
            {
                sorted &= characters[end] >> ClassShift >= characters[end - 1] >> ClassShift;
            }

            if (!sorted)
            {
                SortByClass(characters[i..end]);
            }

            i = end;
        }
    }

    private static void SortByClass(Span<uint> run)
    {
        const int Few = 32;
        if (run.Length > Few)
        {
            // Only hostile text comes here. The position in the key keeps the sort stable.
            long[] keys = new long[run.Length];
            for (int i = 0; i < run.Length; i++)
            {
                keys[i] = ((long)(run[i] >> ClassShift) << 32) | (uint)i;
            }

            uint[] unsorted = run.ToArray();
            keys.AsSpan().Sort();
            for (int i = 0; i < run.Length; i++)
            {
                run[i] = unsorted[(int)(keys[i] & uint.MaxValue)];
            }

            return;
        }

        for (int i = 1; i < run.Length; i++)
        {
            uint character = run[i];
            int k = i;
            for (; k > 0 && run[k - 1] >> ClassShift > character >> ClassShift; k--)
            {
                run[k] = run[k - 1];
            }

            run[k] = character;
        }
    }

    /// <summary>Composes decomposed and ordered characters in place.</summary>
    /// <returns>The number of characters that are left.</returns>
    private static int Compose(Span<uint> characters)
    {
        NfkcTable table = NfkcTable.Shared;
        int count = 0;
        int starter = -1;
        uint lastClass = 0;
        foreach (uint character in characters)
        {
            uint combiningClass = character >> ClassShift;

            // Between the starter and a character that composes with it stands nothing, or only characters of lower classes.
            if (starter >= 0
                && (lastClass == 0 || lastClass < combiningClass)
                && TryCompose(table, (int)characters[starter], (int)(character & CharacterMask), out int composed))
            {
                characters[starter] = (uint)composed;
                continue;
            }

            if (combiningClass == 0)
            {
                starter = count;
            }

            lastClass = combiningClass;
            characters[count++] = character;
        }

        return count;
    }

    private static bool TryCompose(NfkcTable table, int first, int second, out int composed)
    {
        if (!table.Lookup(second).MayComposeWithPrevious)
        {
            composed = 0;
            return false;
        }

        if (first - HangulFirstLead is >= 0 and < HangulLeads and int lead
            && second - HangulFirstVowel is >= 0 and < HangulVowels and int vowel)
        {
            composed = HangulFirstSyllable + (((lead * HangulVowels) + vowel) * HangulTrails);
            return true;
        }

        if (first - HangulFirstSyllable is >= 0 and < HangulSyllables and int syllable && syllable % HangulTrails == 0
            && second - HangulNoTrail is > 0 and < HangulTrails and int trail)
        {
            composed = first + trail;
            return true;
        }

        return table.TryCompose(first, second, out composed);
    }

    /// <summary>The start of a text, as it is, followed by composed characters.</summary>
    private static string Write(string text, int start, ReadOnlySpan<uint> characters)
    {
        int length = start;
        foreach (uint character in characters)
        {
            length += (character & CharacterMask) > char.MaxValue ? 2 : 1;
        }

        char[] result = ArrayPool<char>.Shared.Rent(length);
        text.CopyTo(0, result, 0, start);
        int at = start;
        foreach (uint character in characters)
        {
            int value = (int)(character & CharacterMask);
            if (value <= char.MaxValue)
            {
                result[at++] = (char)value;
            }
            else
            {
                at += new Rune(value).EncodeToUtf16(result.AsSpan(at));
            }
        }

        string normalized = text.AsSpan().SequenceEqual(result.AsSpan(0, at)) ? text : new string(result, 0, at);
        ArrayPool<char>.Shared.Return(result);
        return normalized;
    }

    /// <summary>The character that starts at an index; a lone surrogate is a character of its own.</summary>
    private static int CharacterAt(ReadOnlySpan<char> text, int index, out int length)
    {
        char c = text[index];
        if (char.IsHighSurrogate(c) && index + 1 < text.Length && char.IsLowSurrogate(text[index + 1]))
        {
            length = 2;
            return char.ConvertToUtf32(c, text[index + 1]);
        }

        length = 1;
        return c;
    }
}
