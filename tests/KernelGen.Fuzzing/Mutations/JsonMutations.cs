using System.Text;

namespace KernelGen.Fuzzing.Mutations;

/// <summary>Changes JSON token by token. Bytes are taken as Latin-1, so that what is not UTF-8 comes through, too.</summary>
internal static class JsonMutations
{
    private const int MostTokens = 20_000;

    private static readonly string[] Numbers =
    [
        "0", "-0", "-1", "1", "2", "4", "8", "1.0", "1.5", "1e0", "1E+2", "1e-400", "1e999", "-1e999", "00", "01", "1.", ".5", "-", "+1", "0x10", "NaN", "Infinity", "-Infinity",
        "2147483647", "2147483648", "-2147483649", "4294967295", "4294967296", "9007199254740993", "9223372036854775807", "9223372036854775808", "-9223372036854775808",
        "18446744073709551615", "18446744073709551616", "4611686018427387904", "1000000", "16384", "65536", "0.0000001", new('9', 400), "0." + new string('3', 400),
    ];

    private static readonly string[] Strings =
    [
        "\"\"", "\"a\"", "\"\\ud800\"", "\"\\udc00\\ud800\"", "\"\\ud83d\\ude00\"", "\"\\u0000\"", "\"\\u001b[31m\"", "\"\\\"", "\"\\x\"", "\"\\u12\"", "\"\xff\"", "\"\xed\xa0\x80\"",
        "\"\xc0\x80\"", "\"\xf4\x90\x80\x80\"", "\"", "\"\n\"", "\"\t\"", "'a'", "\"__metadata__\"", "\"dtype\"", "\"shape\"", "\"data_offsets\"", "\"<pad>\"", "\"<unk>\"", "\"</s>\"",
        "\"model_type\"", "\"bad_words_ids\"", "\"" + new string('A', 3000) + "\"", "\"" + string.Concat(Enumerable.Repeat("\\ud83d\\ude00", 300)) + "\"",
        "\"" + string.Concat(Enumerable.Repeat("\\u0007", 300)) + "\"",
    ];

    private static readonly string[] Others = ["null", "true", "false", "{", "}", "[", "]", ",", ":", "{}", "[]", "//", "/* */", " ", "\0", "\xef\xbb\xbf", "nul", "truefalse"];

    private static readonly int[] Depths = [1, 2, 62, 63, 64, 65, 66, 1000, 20_000];

    /// <summary>Changes a copy of a text some times.</summary>
    public static byte[] Mutate(Random random, byte[] json)
    {
        List<string> tokens = Split(json);
        for (int changes = random.Next(1, 4); changes > 0; changes--)
        {
            Mutate(random, tokens);
        }

        return Encoding.Latin1.GetBytes(string.Concat(tokens));
    }

    private static void Mutate(Random random, List<string> tokens)
    {
        int position = random.Next(tokens.Count + 1);
        int length = Math.Min(random.Next(random.Next(3) == 0 ? 40 : 6) + 1, tokens.Count - position);
        if (length <= 0)
        {
            tokens.Add(Any(random));
            return;
        }

        switch (random.Next(12))
        {
            case 0:
                tokens.RemoveRange(position, length);
                break;
            case 1:
                // Whole members among others: duplicate names, duplicate tensors.
                tokens.InsertRange(position + length, tokens.GetRange(position, length));
                break;
            case 2:
                int other = random.Next(tokens.Count);
                (tokens[position], tokens[other]) = (tokens[other], tokens[position]);
                break;
            case 3:
                tokens.Insert(position, Any(random));
                break;
            case 4:
                string open = random.Next(2) == 0 ? "[" : "{\"a\":";
                int depth = Depths[random.Next(Depths.Length)];
                tokens[position] = string.Concat(Enumerable.Repeat(open, depth))
                    + (random.Next(2) == 0 ? "" : tokens[position] + new string(open.Length == 1 ? ']' : '}', depth));
                break;
            case 5:
                tokens[position] = tokens[random.Next(tokens.Count)];
                break;
            case 6:
                int copies = Math.Min(random.Next(2, 300), MostTokens / Math.Max(1, tokens.Count));
                for (int i = 0; i < copies; i++)
                {
                    tokens.InsertRange(position, tokens.GetRange(position, Math.Min(length, 4)));
                }

                break;
            case 7:
                tokens.RemoveRange(position, tokens.Count - position);
                break;
            default:
                tokens[position] = Like(random, tokens[position]);
                break;
        }
    }

    /// <summary>Another token, mostly of the same kind: what a check of kinds lets through.</summary>
    private static string Like(Random random, string token) => random.Next(5) == 0 ? Any(random) : token[0] switch
    {
        '"' => random.Next(3) == 0 ? ChangeString(random, token) : Strings[random.Next(Strings.Length)],
        '-' or (>= '0' and <= '9') => random.Next(3) == 0 ? $"{ByteMutations.Boundary(random)}" : Numbers[random.Next(Numbers.Length)],
        _ => Others[random.Next(Others.Length)],
    };

    private static string ChangeString(Random random, string token)
    {
        int position = random.Next(1, Math.Max(2, token.Length));
        return random.Next(3) switch
        {
            0 => token.Insert(Math.Min(position, token.Length), ((char)random.Next(256)).ToString()),
            1 => token.Remove(Math.Min(position, token.Length - 1), 1),
            _ => token[..Math.Min(position, token.Length)] + Strings[random.Next(Strings.Length)].Trim('"') + "\"",
        };
    }

    private static string Any(Random random) => random.Next(3) switch
    {
        0 => Numbers[random.Next(Numbers.Length)],
        1 => Strings[random.Next(Strings.Length)],
        _ => Others[random.Next(Others.Length)],
    };

    /// <summary>Takes a text apart into strings, numbers and words, single signs, and runs of white space.</summary>
    private static List<string> Split(byte[] json)
    {
        string text = Encoding.Latin1.GetString(json);
        var tokens = new List<string>();
        for (int start = 0, end; start < text.Length; start = end)
        {
            end = start + 1;
            if (text[start] == '"')
            {
                while (end < text.Length && text[end] != '"')
                {
                    end += text[end] == '\\' ? 2 : 1;
                }

                end = Math.Min(end + 1, text.Length);
            }
            else if (char.IsAsciiLetterOrDigit(text[start]) || text[start] is '-' or '+' or '.')
            {
                while (end < text.Length && (char.IsAsciiLetterOrDigit(text[end]) || text[end] is '-' or '+' or '.'))
                {
                    end++;
                }
            }
            else if (char.IsWhiteSpace(text[start]))
            {
                while (end < text.Length && char.IsWhiteSpace(text[end]))
                {
                    end++;
                }
            }

            tokens.Add(text[start..end]);
        }

        return tokens;
    }
}
