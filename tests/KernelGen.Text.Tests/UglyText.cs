using System.Text;

namespace KernelGen.Text.Tests;

/// <summary>Texts of all that goes wrong in practice, mixed by chance.</summary>
internal sealed class UglyText(int seed)
{
    private static readonly string[] Spaces =
        [" ", " ", " ", "  ", "    ", "\t", "\r", "\u00a0", "\u1680", "\u2002", "\u2009", "\u200a", "\u200b", "\u2028", "\u2029", "\u202f", "\u205f", "\u3000", "\u2581", "\u2581\u2581", "\u0085", "\ufeff", "\u180e"];

    private static readonly string[] Symbols =
        ["<unk>", "<s>", "</s>", "<pad>", "<sep>", "<ctl>", "<mask>", "<extra_id_0>", "<0x41>", "<0xE7>", "<0xZZ>", "<", ">", "</", "<<", "[user]", ">>fra<<", "\u2047", "\u2581<s>", "<s"];

    private static readonly string[] Emoji =
        ["\U0001F600", "\U0001F468\u200d\U0001F469\u200d\U0001F467", "\U0001F44D\U0001F3FD", "\U0001F1EB\U0001F1F7", "\u2764\ufe0f", "\u2603", "\U0001F9D1\u200d\U0001F4BB", "1\ufe0f\u20e3"];

    private static readonly string[] Words =
        ["the", "The", "dog", "chases", "cat", ".", ",", "and", "ing", "Tom", "Mary", "\u72d7", "\u8ffd\u732b", "\u3002", "\u6211\u4e0d\u77e5\u9053", "1000", "00000", "...", "\u2026", "\u00bd", "\ufb01", "\u2122", "\uff26\uff35", "\uff76\uff80\uff76\uff85\u3099", "\u1112\u1161\u11ab", "\ud55c\uad6d\uc5b4", "Stra\u00dfe", "\u0130", "\u00c5", "e\u0301", "\ufdfa", "\u0e44\u0e17\u0e22", "\u0928\u092e", "\u0645\u0631\u062d\u0628\u0627", "don't", "\u201cquoted\u201d", "a/b?c=d&e", "x_y"];

    // First and last character of the ranges that single characters are drawn from: all of Unicode comes up, and the parts that are normalised more often.
    private static readonly (int First, int Last)[] Ranges =
    [
        (0x20, 0x7e), (0x20, 0x7e), (0xa0, 0x24f), (0x300, 0x36f), (0x370, 0x5ff), (0x600, 0x6ff), (0x900, 0xdff), (0xe00, 0xeff), (0x1100, 0x11ff), (0x1e00, 0x1fff), (0x2000, 0x206f),
        (0x2070, 0x2bff), (0x3000, 0x33ff), (0x4e00, 0x9fff), (0xac00, 0xd7a3), (0xe000, 0xe0ff), (0xf900, 0xfaff), (0xfb00, 0xfeff), (0xff00, 0xffff), (0x10000, 0x10ffff), (0x1d400, 0x1d7ff),
        (0x1f100, 0x1faff), (0x2f800, 0x2fa1f), (1, 0xffff),
    ];

    private readonly Random _random = new(seed);

    /// <summary>The next text.</summary>
    /// <param name="pieces">What more it may be made of, such as the pieces of a model; U+2581 in them is a space as often as not.</param>
    /// <param name="hasLines">Whether it may have line feeds.</param>
    public string Next(IReadOnlyList<string> pieces, bool hasLines)
    {
        var text = new StringBuilder();
        int parts = _random.Next(8) == 0 ? _random.Next(40, 200) : _random.Next(14);
        for (int i = 0; i < parts; i++)
        {
            string part = Part(pieces);
            int times = _random.Next(60) == 0 ? _random.Next(2, 80) : 1;
            for (int time = 0; time < times; time++)
            {
                text.Append(part);
            }

            if (_random.Next(3) == 0)
            {
                text.Append(_random.Next(3) > 0 ? " " : OneOf(Spaces));
            }
        }

        return hasLines ? text.ToString() : text.Replace('\n', ' ').ToString();
    }

    private string Part(IReadOnlyList<string> pieces) => _random.Next(16) switch
    {
        0 => OneOf(Spaces),
        1 => OneOf(Symbols),
        2 => OneOf(Emoji),
        3 => ((char)_random.Next(_random.Next(2) == 0 ? 0x20 : 0xa0)).ToString(),
        4 => $"{OneOf(Words)}{(char)_random.Next(0x300, 0x370)}",
        5 => ((char)_random.Next(0xd800, 0xe000)).ToString(),
        < 9 => OneOf(Words),
        < 12 => Character(),
        _ => OneOf(pieces).Replace('\u2581', _random.Next(2) == 0 ? ' ' : '\u2581'),
    };

    private string Character()
    {
        (int first, int last) = Ranges[_random.Next(Ranges.Length)];
        int character = _random.Next(first, last + 1);
        return Rune.IsValid(character) ? new Rune(character).ToString() : "\ufffd";
    }

    private string OneOf(IReadOnlyList<string> texts) => texts[_random.Next(texts.Count)];
}
