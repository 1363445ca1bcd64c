namespace KernelGen.Text;

/// <summary>
/// Rewrites text before it is cut into pieces, as SentencePiece does: by the model's own rules, but for user-defined symbols; then spaces are put before it,
/// dropped, and escaped, as the model says.
/// </summary>
internal sealed class SentencePieceNormalizer
{
    private readonly CharacterMap? _map;
    private readonly PieceTrie? _userDefined;
    private readonly bool _addsDummyPrefix;
    private readonly bool _removesExtraWhiteSpace;
    private readonly bool _treatsWhiteSpaceAsSuffix;
    private readonly byte[] _space;

    /// <summary>The ASCII characters that stay as they are, unless a rule begins with them and a character beyond ASCII.</summary>
    private readonly bool[] _stays = new bool[256];

    /// <summary>Whether that is so of the space, too.</summary>
    private readonly bool _spaceStays;

    /// <summary>Creates the normaliser of a model.</summary>
    /// <param name="model">The model.</param>
    /// <param name="userDefined">Its user-defined symbols, which no rule applies to, or <see langword="null"/> for none.</param>
    /// <exception cref="InvalidDataException">The model's rules are damaged.</exception>
    public SentencePieceNormalizer(SentencePieceModel model, PieceTrie? userDefined)
    {
        _map = CharacterMap.Read(model.CompiledCharacterMap);
        _userDefined = userDefined;
        _addsDummyPrefix = model.AddsDummyPrefix;
        _removesExtraWhiteSpace = model.RemovesExtraWhiteSpace;
        _treatsWhiteSpaceAsSuffix = model.TreatsWhiteSpaceAsSuffix;
        _space = model.EscapesWhiteSpace ? PieceText.Space.ToArray() : " "u8.ToArray();
        for (byte character = 0; character < 0x80; character++)
        {
            _stays[character] = _map?.IsPlain(character) != false && userDefined?.Child(PieceTrie.Root, character) is null or PieceTrie.None;
        }

        _spaceStays = _stays[' '];
        _stays[' '] = false;
        KeepsPlainWords = model.EscapesWhiteSpace && _addsDummyPrefix && !_treatsWhiteSpaceAsSuffix && _removesExtraWhiteSpace && _spaceStays
            && !_stays.AsSpan('!'..('~' + 1)).Contains(false);
    }

    /// <summary>Whether a text of printable ASCII characters becomes its words, which are between spaces, each with one escaped space before it.</summary>
    public bool KeepsPlainWords { get; }

    /// <summary>Normalises a text.</summary>
    /// <param name="text">The text, in UTF-8.</param>
    /// <param name="output">What becomes of it.</param>
    public void Normalize(ReadOnlySpan<byte> text, ref NormalizedText output)
    {
        int place = 0;
        if (_removesExtraWhiteSpace)
        {
            while (!text.IsEmpty)
            {
                int length = NormalizePrefix(text, out ReadOnlySpan<byte> prefix);
                if (!prefix.SequenceEqual(" "u8))
                {
                    break;
                }

                place += Utf8Text.Utf16Length(text[..length]);
                text = text[length..];
            }
        }

        if (text.IsEmpty)
        {
            return;
        }

        if (_addsDummyPrefix && !_treatsWhiteSpaceAsSuffix)
        {
            output.Add(_space, place);
        }

        bool dropsSpace = _removesExtraWhiteSpace;
        while (!text.IsEmpty)
        {
            int length = LengthThatStays(text);
            if (length > 0)
            {
                output.AddCharacters(text[..length], place);
                place += length;
                dropsSpace = false;
            }
            else if (_spaceStays && text[0] == ' ' && (_map is null || text.Length == 1 || text[1] < 0x80))
            {
                length = 1;
                if (!dropsSpace)
                {
                    output.Add(_space, place);
                }

                place++;
                dropsSpace = _removesExtraWhiteSpace;
            }
            else
            {
                length = NormalizePrefix(text, out ReadOnlySpan<byte> prefix);
                if (dropsSpace)
                {
                    prefix = prefix.TrimStart((byte)' ');
                }

                if (!prefix.IsEmpty)
                {
                    Add(prefix, place, ref output);
                    dropsSpace = _removesExtraWhiteSpace && prefix[^1] == ' ';
                }

                place += Utf8Text.Utf16Length(text[..length]);
            }

            text = text[length..];
        }

        if (_removesExtraWhiteSpace)
        {
            while (output.Bytes.EndsWith(_space))
            {
                place = output.RemoveLast(_space.Length, place);
            }
        }

        if (_addsDummyPrefix && _treatsWhiteSpaceAsSuffix)
        {
            output.Add(_space, place);
        }

        output.End(place);
    }

    private void Add(ReadOnlySpan<byte> prefix, int place, ref NormalizedText output)
    {
        while (prefix.IndexOf((byte)' ') is >= 0 and int space)
        {
            output.Add(prefix[..space], place);
            output.Add(_space, place);
            prefix = prefix[(space + 1)..];
        }

        output.Add(prefix, place);
    }

    /// <summary>How many ASCII characters at the start of a text stay as they are; there may be more.</summary>
    private int LengthThatStays(ReadOnlySpan<byte> text)
    {
        int length = 0;
        while (length < text.Length && _stays[text[length]])
        {
            length++;
        }

        // What follows the last one may be a combining mark.
        return length > 0 && length < text.Length && text[length] >= 0x80 && _map != null ? length - 1 : length;
    }

    /// <summary>The first symbol, rule or character of a text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="prefix">What becomes of it.</param>
    /// <returns>How long it is in the text.</returns>
    private int NormalizePrefix(ReadOnlySpan<byte> text, out ReadOnlySpan<byte> prefix)
    {
        if (text[0] == Utf8Text.Malformed)
        {
            // No rule applies to it, though most models have one for U+FFFD.
            prefix = "\uFFFD"u8;
            return 1;
        }

        int length = _userDefined?.LongestPrefix(text) ?? 0;
        if (length == 0 && _map != null)
        {
            length = _map.LongestPrefix(text, out prefix);
            if (length > 0)
            {
                return length;
            }
        }

        if (length == 0)
        {
            length = Utf8Text.CharacterLength(text);
        }

        prefix = text[..length];
        return length;
    }
}
