using System.Text;

namespace KernelGen.Extensions.AspNetCore;

/// <summary>Which letters are of a script: the blocks of Unicode that have its letters.</summary>
internal static class ScriptLetters
{
    private static readonly (int First, int Last)[] Latin = [(0x0041, 0x024F), (0x1E00, 0x1EFF), (0x2C60, 0x2C7F), (0xA720, 0xA7FF), (0xFB00, 0xFB06), (0xFF21, 0xFF5A)];
    private static readonly (int First, int Last)[] Han = [(0x3400, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x3FFFF)];
    private static readonly (int First, int Last)[] Kana = [(0x3041, 0x30FF), (0x31F0, 0x31FF), (0xFF66, 0xFF9F)];
    private static readonly (int First, int Last)[] Hangul = [(0x1100, 0x11FF), (0x3131, 0x318F), (0xA960, 0xA97F), (0xAC00, 0xD7FF)];

    /// <summary>How many of 100 of the letters of texts are of a script; 0 where there are no letters.</summary>
    /// <param name="texts">The texts.</param>
    /// <param name="script">The script, by ISO 15924.</param>
    public static int Share(IEnumerable<string> texts, string script)
    {
        (int First, int Last)[] blocks = Blocks(script);
        int letters = 0;
        int own = 0;
        foreach (string text in texts)
        {
            foreach (Rune rune in text.EnumerateRunes())
            {
                if (Rune.IsLetter(rune))
                {
                    letters++;
                    own += Array.Exists(blocks, block => rune.Value >= block.First && rune.Value <= block.Last) ? 1 : 0;
                }
            }
        }

        return letters == 0 ? 0 : (int)(100L * own / letters);
    }

    private static (int First, int Last)[] Blocks(string script) => script switch
    {
        "Arab" => [(0x0600, 0x06FF), (0x0750, 0x077F), (0x0870, 0x08FF), (0xFB50, 0xFDFF), (0xFE70, 0xFEFC)],
        "Armn" => [(0x0531, 0x058F), (0xFB13, 0xFB17)],
        "Beng" => [(0x0980, 0x09FF)],
        "Cyrl" => [(0x0400, 0x052F), (0x1C80, 0x1C8F), (0xA640, 0xA69F)],
        "Deva" => [(0x0900, 0x097F), (0xA8E0, 0xA8FF)],
        "Ethi" => [(0x1200, 0x139F), (0x2D80, 0x2DDF), (0xAB01, 0xAB2F)],
        "Geor" => [(0x10A0, 0x10FF), (0x1C90, 0x1CBF), (0x2D00, 0x2D2F)],
        "Grek" => [(0x0370, 0x03FF), (0x1F00, 0x1FFF)],
        "Gujr" => [(0x0A80, 0x0AFF)],
        "Guru" => [(0x0A00, 0x0A7F)],
        "Hang" or "Kore" => [.. Hangul, .. Han],
        "Hans" or "Hant" or "Hani" => Han,
        "Hebr" => [(0x0590, 0x05FF), (0xFB1D, 0xFB4F)],
        "Jpan" => [.. Han, .. Kana],
        "Khmr" => [(0x1780, 0x17FF)],
        "Knda" => [(0x0C80, 0x0CFF)],
        "Laoo" => [(0x0E80, 0x0EFF)],
        "Latn" => Latin,
        "Mlym" => [(0x0D00, 0x0D7F)],
        "Mymr" => [(0x1000, 0x109F), (0xA9E0, 0xA9FF), (0xAA60, 0xAA7F)],
        "Olck" => [(0x1C50, 0x1C7F)],
        "Orya" => [(0x0B00, 0x0B7F)],
        "Sinh" => [(0x0D80, 0x0DFF)],
        "Taml" => [(0x0B80, 0x0BFF)],
        "Telu" => [(0x0C00, 0x0C7F)],
        "Tfng" => [(0x2D30, 0x2D7F)],
        "Thai" => [(0x0E00, 0x0E7F)],
        "Tibt" => [(0x0F00, 0x0FFF)],

        // Of a script that is not here, any letter may be one.
        _ => [(0, 0x10FFFF)],
    };
}
