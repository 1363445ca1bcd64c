using KernelGen.Text;

namespace KernelGen.Samples.TranslateWeb;

/// <summary>The text of a translation that grows token by token, and what each token adds to it. Never half a character.</summary>
internal sealed class StreamedText(ITokenizer tokenizer)
{
    private const char Incomplete = '\uFFFD';

    private readonly List<int> _tokens = [];
    private int _shown;

    /// <summary>The tokens so far.</summary>
    public IReadOnlyList<int> Tokens => _tokens;

    /// <summary>The text of the tokens so far.</summary>
    public string Text { get; private set; } = "";

    /// <summary>Adds a token.</summary>
    /// <returns>The text that it adds: nothing while bytes of a character are missing, which later tokens bring.</returns>
    public string Add(int token)
    {
        _tokens.Add(token);
        Text = tokenizer.Decode([.. _tokens]);
        string complete = Text.TrimEnd(Incomplete);
        string added = complete.Length > _shown ? complete[_shown..] : "";
        _shown = Math.Max(_shown, complete.Length);
        return added;
    }

    /// <summary>What no token has added yet, at the end: characters that stayed incomplete.</summary>
    public string Rest() => Text[_shown..];
}
