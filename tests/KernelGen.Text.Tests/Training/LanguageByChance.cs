using System.Text;

namespace KernelGen.Text.Tests;

/// <summary>Sentences of a language that there is not: words with stems and endings, of which few are frequent and many are rare.</summary>
internal sealed class LanguageByChance
{
    private static readonly string[] Onsets = ["b", "d", "f", "g", "k", "l", "m", "n", "p", "r", "s", "t", "tr", "st", "sch", "é", "ш", "汉", "か"];
    private static readonly string[] Vowels = ["a", "e", "i", "o", "u", "ai", "ö"];
    private static readonly string[] Endings = ["", "", "s", "ing", "ed", "en", "ung"];
    private static readonly string[] Marks = [".", ".", "?", "!", ",", ";", " 7", " 2048", "..."];

    private readonly Random _random;
    private readonly string[] _words;

    public LanguageByChance(int seed, int words = 400)
    {
        _random = new Random(seed);
        _words = [.. Enumerable.Range(0, words).Select(_ => Word())];
    }

    public string[] Sentences(int count) => [.. Enumerable.Range(0, count).Select(_ => Sentence())];

    private string Word() => string.Concat(Enumerable.Range(0, _random.Next(1, 4)).Select(_ => OneOf(Onsets) + OneOf(Vowels))) + OneOf(Endings);

    private string Sentence()
    {
        var sentence = new StringBuilder();
        int words = _random.Next(2, 12);
        for (int i = 0; i < words; i++)
        {
            // Zipf's law, nearly.
            string word = _words[(int)(_words.Length * Math.Pow(_random.NextDouble(), 3))];
            sentence.Append(i == 0 ? "" : " ").Append(i == 0 ? char.ToUpperInvariant(word[0]) + word[1..] : word);
        }

        return sentence.Append(OneOf(Marks)).ToString();
    }

    private string OneOf(string[] texts) => texts[_random.Next(texts.Length)];
}
