using System.Text;

namespace KernelGen.Extensions.AspNetCore;

/// <summary>
/// Texts with nothing between them but tags within a sentence. Where a sentence has a word in bold, the sentence is translated as a whole, and so is the word; where the translation
/// of the one is found in that of the other, once, it stands in bold there. Otherwise each text is translated by itself. So does LibreTranslate.
/// </summary>
internal sealed class HtmlRun
{
    /// <summary>Of longer ones a part is rarely found again.</summary>
    private const int LongestWhole = 200;

    private readonly HtmlToken[] _tokens;
    private readonly HtmlPiece[] _pieces;

    /// <summary>Which of the tokens are texts to translate.</summary>
    private readonly int[] _texts;

    /// <summary>Which of these are all that is within a tag; none where the run is not translated as a whole.</summary>
    private readonly int[] _marked;

    public HtmlRun(HtmlToken[] tokens)
    {
        _tokens = tokens;
        _pieces = [.. tokens.Select(static token => token.Kind == HtmlTokenKind.Text ? HtmlPiece.Of(token) : HtmlPiece.None)];
        _texts = [.. Enumerable.Range(0, tokens.Length).Where(i => tokens[i].Kind == HtmlTokenKind.Text && _pieces[i].HasLetters)];
        _marked = FindMarked();
        string[] each = [.. _texts.Select(i => _pieces[i].Text)];
        Texts = _marked.Length > 0 ? [.. each, Whole()] : each;
    }

    /// <summary>What is to be translated: each text, and behind them the whole, where it is tried.</summary>
    public IReadOnlyList<string> Texts { get; }

    /// <summary>Writes it with translations.</summary>
    public void Write(StringBuilder html, ReadOnlySpan<string> translations)
    {
        if (_marked.Length > 0 && Marked(translations) is { } whole)
        {
            html.Append(_pieces[0].Before).Append(whole).Append(_tokens[^1].Kind == HtmlTokenKind.Text ? _pieces[^1].After : "");
            return;
        }

        int next = 0;
        for (int i = 0; i < _tokens.Length; i++)
        {
            if (next < _texts.Length && _texts[next] == i)
            {
                html.Append(_pieces[i].Before).Append(HtmlPiece.Encode(translations[next++])).Append(_pieces[i].After);
            }
            else
            {
                html.Append(_tokens[i].Raw);
            }
        }
    }

    /// <summary>The places of texts that are alone between two tags; none where the tags are otherwise, or all text is between two.</summary>
    private int[] FindMarked()
    {
        var marked = new List<int>();
        for (int i = 0; i < _tokens.Length; i++)
        {
            if (_tokens[i].Kind == HtmlTokenKind.Text)
            {
                continue;
            }

            if (_tokens[i].Kind != HtmlTokenKind.InlineStart || i + 2 >= _tokens.Length || !_pieces[i + 1].HasLetters
                || _tokens[i + 2].Kind != HtmlTokenKind.InlineEnd || _tokens[i + 2].Name != _tokens[i].Name)
            {
                return [];
            }

            marked.Add(i + 1);
            i += 2;
        }

        return _texts.Length > marked.Count && !_tokens.Any(static token => token.KeepsSpace) && Whole().Length <= LongestWhole ? [.. marked] : [];
    }

    /// <summary>The text as it is read, without tags.</summary>
    private string Whole() => HtmlPiece.OneSpace(string.Concat(_pieces.Select(static piece => piece.Before + piece.Text + piece.After)));

    /// <summary>The translation of the whole, in which the parts are marked; <see langword="null"/> where one is not there, or more than once, or within another.</summary>
    private string? Marked(ReadOnlySpan<string> translations)
    {
        string whole = translations[^1];
        var found = new List<(int Start, string Text, int Token)>();
        foreach (int token in _marked)
        {
            string text = translations[Array.IndexOf(_texts, token)].Trim();
            int start = text.Length == 0 ? -1 : whole.IndexOf(text, StringComparison.Ordinal);
            if (start < 0 || whole.IndexOf(text, start + 1, StringComparison.Ordinal) >= 0)
            {
                return null;
            }

            found.Add((start, text, token));
        }

        found.Sort();
        var html = new StringBuilder();
        int end = 0;
        foreach ((int start, string text, int token) in found)
        {
            if (start < end)
            {
                return null;
            }

            html.Append(HtmlPiece.Encode(whole[end..start])).Append(_tokens[token - 1].Raw).Append(HtmlPiece.Encode(text)).Append(_tokens[token + 1].Raw);
            end = start + text.Length;
        }

        return html.Append(HtmlPiece.Encode(whole[end..])).ToString();
    }
}
