using System.Text;

namespace KernelGen.Text.Tests;

/// <summary>Small SentencePiece models of every kind by chance: pieces that overlap, scores that are equal, every setting, rules, and texts for them.</summary>
internal sealed class RandomModel
{
    private static readonly string[] Letters = ["a", "a", "b", "b", "c", "\u2581", "\u2581", "\u2581", "\u00e9", "\u72d7", "\U0001F600", "<", ">", "s"];
    private static readonly string[] Fragments =
        ["a", "b", "ab", "ba", "aab", "abab", "c", " ", "  ", "\u2581", "\u00e9", "e\u0301", "\u72d7", "\U0001F600", "x", "xy", "<s>", "</s>", "<unk>", "<0x61>", "\u00bd", "\t", "\u0001", "aaaaaaa", "bbbb", "\u2028", "s", "<", ">"];

    private static readonly float[] Scores = [0, -0f, -1, -1, -2, -2, -2.5f, -3, -0.1f, 0.1f, -7.3f, 1];
    private static readonly float[] ExtremeScores = [float.MaxValue, float.MinValue, float.Epsilon, -float.Epsilon, 1.17549435e-38f, 1e30f, -1e30f, -1e-30f, 16777216, -16777217, -10, 0, -0f];

    private readonly Random _random;
    private readonly bool _isExtreme;
    private readonly SentencePieceModelBuilder _writer = new();
    private readonly HashSet<string> _texts = [];
    private readonly HashSet<string> _reserved = [];

    /// <summary>Makes a model.</summary>
    /// <param name="seed">What it follows from.</param>
    /// <param name="isExtreme">Whether scores, pieces and rules may be as large as they can be.</param>
    public RandomModel(int seed, bool isExtreme = false)
    {
        _random = new Random(seed);
        _isExtreme = isExtreme;
        Type = (SentencePieceModelType)_random.Next(1, 5);
        _writer.Trainer(3, (ulong)Type);
        Reserve("<unk>", PieceType.Unknown);
        Reserve("<s>", PieceType.Control);
        Reserve(Chance(10) ? "a" : "</s>", PieceType.Control);
        Flag(4, () => _writer.Trainer(24, 1));
        if (Chance(3))
        {
            _writer.BytePieces();
        }

        AddPieces();
        Flag(2, () => _writer.Normalizer(3, (ulong)_random.Next(2)));
        Flag(2, () => _writer.Normalizer(4, (ulong)_random.Next(2)));
        Flag(6, () => _writer.Normalizer(5, (ulong)_random.Next(2)));
        Flag(2, () => _writer.Normalizer(2, Rules()));
    }

    public SentencePieceModelType Type { get; }

    public byte[] ToArray() => _writer.ToArray();

    /// <summary>A text for the model.</summary>
    public string Text(int longest)
    {
        var text = new StringBuilder();
        for (int parts = _random.Next(longest); parts > 0; parts--)
        {
            text.Append(Chance(3) ? Word(5).Replace('\u2581', ' ') : Fragments[_random.Next(Fragments.Length)]);
        }

        return text.ToString();
    }

    private void AddPieces()
    {
        bool hasUserDefined = Chance(2);
        bool hasUnused = Chance(3);
        for (int count = _random.Next(1, _isExtreme ? 120 : 60); count > 0; count--)
        {
            string text = _isExtreme && Chance(20) ? string.Concat(Enumerable.Repeat(Word(3), _random.Next(1, 500))) : Word(5);
            PieceType type = hasUserDefined && Chance(8) ? PieceType.UserDefined : hasUnused && Chance(4) ? PieceType.Unused : PieceType.Normal;
            if (Encoding.UTF8.GetByteCount(text) < SentencePieceModel.PieceLengthLimit && _texts.Add(text))
            {
                _writer.Piece(text, type, _isExtreme && Chance(2) ? ExtremeScores[_random.Next(ExtremeScores.Length)] : Scores[_random.Next(Scores.Length)]);
            }
        }

        // The library refuses a unigram model without pieces.
        if (_texts.Add("z"))
        {
            _writer.Piece("z", PieceType.Normal, -4);
        }
    }

    private byte[] Rules()
    {
        var rules = new Dictionary<string, string> { ["\u00bd"] = "1\u20442", ["\t"] = " ", ["\u0001"] = "", ["e\u0301"] = "\u00e9", ["\u2028"] = " " };
        for (int count = _random.Next(6); count > 0; count--)
        {
            int longest = _isExtreme && Chance(4) ? CharacterMap.LongestRule / 4 : 3;
            rules[Word(longest)] = Chance(6) ? "" : Chance(4) ? "  " : Word(longest).Replace('\u2581', ' ');
        }

        return CharacterMapWriter.Write([.. rules.Select(static rule => (rule.Key, rule.Value))]);
    }

    private string Word(int longest) => string.Concat(Enumerable.Range(0, _random.Next(1, longest + 1)).Select(_ => Letters[_random.Next(Letters.Length)]));

    private void Reserve(string text, PieceType type)
    {
        if (_reserved.Add(text))
        {
            _writer.Piece(text, type);
        }
    }

    private void Flag(int oneOf, Action set)
    {
        if (Chance(oneOf))
        {
            set();
        }
    }

    private bool Chance(int oneOf) => _random.Next(oneOf) == 0;
}
