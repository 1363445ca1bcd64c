using System.Collections.Frozen;

namespace KernelGen.Extensions.AspNetCore;

/// <summary>
/// Takes a document or a piece of one apart into tags and texts, as <see href="https://html.spec.whatwg.org/multipage/parsing.html#tokenization">browsers do</see>. Nothing is
/// wrong to it, and nothing is lost: what it hands out is together what it was given. A tree is not needed for that, and writing one anew would change what nobody asked to change.
/// </summary>
/// <param name="html">The document.</param>
internal sealed class HtmlReader(string html)
{
    private static readonly FrozenSet<string> Inline = Names(
        "a abbr acronym b bdi bdo big cite del dfn em font i ins label mark q s small span strike strong sub sup tt u");

    /// <summary>Elements without an end tag.</summary>
    private static readonly FrozenSet<string> Void = Names("area base br col embed hr img input link meta param source track wbr");

    /// <summary>Elements in which everything up to their end tag is text to a browser.</summary>
    private static readonly FrozenSet<string> Raw = Names("iframe noembed noframes script style textarea title xmp");

    /// <summary>Elements that are left as they are: they hold programs, drawings, or what people type.</summary>
    private static readonly FrozenSet<string> Untranslated = Names("audio canvas code iframe kbd math noembed noframes object samp script style svg template textarea time video xmp");

    private readonly List<HtmlToken> _tokens = [];
    private int _place;
    private int _preformatted;

    /// <summary>Reads all of it.</summary>
    public IReadOnlyList<HtmlToken> Read()
    {
        while (_place < html.Length)
        {
            int start = _place;
            if (!IsMarkup(start))
            {
                _place = NextMarkup(start + 1);
                AddText(start);
                continue;
            }

            HtmlTag tag = ReadMarkup();
            if (tag.Name.Length == 0 || tag.IsEnd || Void.Contains(tag.Name))
            {
                AddTag(start, tag);
            }
            else if (Untranslated.Contains(tag.Name) || tag.IsUntranslated)
            {
                SkipElement(tag.Name);
                _tokens.Add(new HtmlToken(HtmlTokenKind.Other, html[start.._place]));
            }
            else
            {
                AddTag(start, tag);
                if (Raw.Contains(tag.Name))
                {
                    int text = _place;
                    _place = EndOfRaw(tag.Name);
                    AddText(text);
                }
            }
        }

        return _tokens;
    }

    private static FrozenSet<string> Names(string names) => names.Split(' ').ToFrozenSet();

    private static bool IsSpace(char character) => character is ' ' or '\t' or '\n' or '\r' or '\f';

    private void AddText(int start)
    {
        if (_place > start)
        {
            _tokens.Add(new HtmlToken(HtmlTokenKind.Text, html[start.._place], KeepsSpace: _preformatted > 0));
        }
    }

    private void AddTag(int start, HtmlTag tag)
    {
        if (tag.Name is "pre" or "listing")
        {
            _preformatted = Math.Max(0, _preformatted + (tag.IsEnd ? -1 : 1));
        }

        HtmlTokenKind kind = !Inline.Contains(tag.Name) ? HtmlTokenKind.Other : tag.IsEnd ? HtmlTokenKind.InlineEnd : HtmlTokenKind.InlineStart;
        _tokens.Add(new HtmlToken(kind, html[start.._place], tag.Name));
    }

    /// <summary>Whether a tag, a comment or the like begins here. Any other "&lt;" is text.</summary>
    private bool IsMarkup(int place) => html[place] == '<' && place + 1 < html.Length
        && (char.IsAsciiLetter(html[place + 1]) || html[place + 1] is '!' or '?' || (html[place + 1] == '/' && place + 2 < html.Length));

    private int NextMarkup(int place)
    {
        while (place < html.Length && !IsMarkup(place))
        {
            place++;
        }

        return place;
    }

    /// <summary>Reads a tag, or something else between angle brackets, which has no name.</summary>
    private HtmlTag ReadMarkup()
    {
        if (html.AsSpan(_place).StartsWith("<!--"))
        {
            // "<!-->" is a comment, too.
            int end = html.IndexOf("-->", _place + 2, StringComparison.Ordinal);
            _place = end < 0 ? html.Length : end + "-->".Length;
            return HtmlTag.None;
        }

        bool isEnd = html[_place + 1] == '/';
        int name = _place + (isEnd ? 2 : 1);
        if (!char.IsAsciiLetter(html[name]))
        {
            _place = After('>', _place);
            return HtmlTag.None;
        }

        _place = name;
        while (_place < html.Length && !IsSpace(html[_place]) && html[_place] is not ('/' or '>'))
        {
            _place++;
        }

        string element = html[name.._place].ToLowerInvariant();
        bool isUntranslated = false;
        while (_place < html.Length && html[_place] != '>')
        {
            (string attribute, string value) = ReadAttribute();
            isUntranslated |= (attribute == "translate" && value.Equals("no", StringComparison.OrdinalIgnoreCase))
                || (attribute == "class" && value.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Contains("notranslate"));
        }

        _place = Math.Min(_place + 1, html.Length);
        return new HtmlTag(element, isEnd, isUntranslated);
    }

    /// <summary>Reads an attribute, or what stands between two; at least a character. A ">" within quotes ends no tag.</summary>
    private (string Name, string Value) ReadAttribute()
    {
        while (_place < html.Length && (IsSpace(html[_place]) || html[_place] == '/'))
        {
            _place++;
        }

        int start = _place;
        while (_place < html.Length && !IsSpace(html[_place]) && html[_place] is not ('/' or '>') && (html[_place] != '=' || _place == start))
        {
            _place++;
        }

        string name = html[start.._place].ToLowerInvariant();
        int equals = SkipSpace(_place);
        if (equals >= html.Length || html[equals] != '=')
        {
            return (name, "");
        }

        _place = SkipSpace(equals + 1);
        if (_place < html.Length && html[_place] is '"' or '\'')
        {
            int value = _place + 1;
            _place = After(html[_place], value);
            return (name, html[value..Math.Max(value, _place - 1)]);
        }

        int bare = _place;
        while (_place < html.Length && !IsSpace(html[_place]) && html[_place] != '>')
        {
            _place++;
        }

        return (name, html[bare.._place]);
    }

    private int SkipSpace(int place)
    {
        while (place < html.Length && IsSpace(html[place]))
        {
            place++;
        }

        return place;
    }

    /// <summary>The place behind the next such character, or the end.</summary>
    private int After(char character, int place)
    {
        int found = place < html.Length ? html.IndexOf(character, place) : -1;
        return found < 0 ? html.Length : found + 1;
    }

    /// <summary>Goes behind the end tag of an element that has just begun, or to the end where it has none.</summary>
    private void SkipElement(string name)
    {
        if (Raw.Contains(name))
        {
            _place = EndOfRaw(name);
            if (_place < html.Length)
            {
                ReadMarkup();
            }

            return;
        }

        int depth = 1;
        while (depth > 0 && (_place = NextMarkup(_place)) < html.Length)
        {
            HtmlTag tag = ReadMarkup();
            depth += tag.Name != name ? 0 : tag.IsEnd ? -1 : 1;
            if (!tag.IsEnd && Raw.Contains(tag.Name))
            {
                _place = EndOfRaw(tag.Name);
            }
        }
    }

    /// <summary>Where the end tag of an element stands whose content is text to a browser.</summary>
    private int EndOfRaw(string name)
    {
        int place = _place;
        while ((place = html.IndexOf("</", place, StringComparison.Ordinal)) >= 0)
        {
            int end = place + 2 + name.Length;
            if (end < html.Length && html.AsSpan(place + 2, name.Length).Equals(name, StringComparison.OrdinalIgnoreCase) && (IsSpace(html[end]) || html[end] is '/' or '>'))
            {
                return place;
            }

            place += 2;
        }

        return html.Length;
    }
}
